// The example processor in Go, with a client that knows nothing of read locks, beside runs of ours and unmodified Curator.
import { ensureTool } from "../../dev/tools/build.ts";
import { printingProcessor } from "../support/foreign-processor.ts";
import { describeProcessor } from "../support/processor-contract.ts";
import { withServer } from "../support/server-gate.ts";

withServer();

describeProcessor({
  name: "the processor in Go",
  owner: "10.1.2.3",
  async start({ zookeeper, lockPath, sessionTimeoutSeconds }) {
    const env = {
      EXCLUSIVE_WINDOW_ZOOKEEPER: zookeeper,
      EXCLUSIVE_WINDOW_LOCKS: lockPath,
      EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS: String(sessionTimeoutSeconds),
      POD_IP: "10.1.2.3",
    };
    return printingProcessor({ command: await ensureTool("go-zk"), args: [], env });
  },
});
