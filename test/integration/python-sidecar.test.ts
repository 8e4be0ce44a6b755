// The example processor in Python beside the gate sidecar, both as programs of their own, beside runs of ours and unmodified Curator.
import { join } from "node:path";
import { python } from "../../dev/python/interpreter.ts";
import { freePort } from "../../dev/zookeeper/free-port.ts";
import { type ForeignProcessor, servingProcessor } from "../support/foreign-processor.ts";
import { describeProcessor } from "../support/processor-contract.ts";
import { withServer } from "../support/server-gate.ts";

const root = join(import.meta.dirname, "../..");

withServer();

describeProcessor({
  name: "the processor in Python beside the sidecar",
  owner: "10.1.2.3",
  async start({ zookeeper, lockPath, sessionTimeoutSeconds }) {
    const [port, gatePort] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
    const gate = {
      EXCLUSIVE_WINDOW_ZOOKEEPER: zookeeper,
      EXCLUSIVE_WINDOW_LOCKS: lockPath,
      EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS: String(sessionTimeoutSeconds),
      EXCLUSIVE_WINDOW_GATE_LISTEN: `127.0.0.1:${gatePort}`,
      POD_IP: "10.1.2.3",
    };
    const env = { ...gate, EVENTS_PER_SECOND: "1000", PORT: String(port), PYTHONDONTWRITEBYTECODE: "1" };
    const sidecar = servingProcessor({ command: process.execPath, args: [join(root, "src/cli/main.ts"), "gate"], env: gate }, gatePort);
    const program = { command: (await python()).program, args: [join(root, "examples/python-sidecar/main.py")], env };
    return inOnePod(servingProcessor(program, port), sidecar);
  },
});

/** What happens to a Pod happens to both; it is the sidecar that ends last. */
function inOnePod(processor: ForeignProcessor, sidecar: ForeignProcessor): ForeignProcessor {
  const both = [processor, sidecar];
  return {
    events: processor.events,
    signal(name) {
      for (const one of both) one.signal(name);
    },
    async stop() {
      for (const one of both) await one.stop();
    },
    async kill() {
      await Promise.all(both.map((one) => one.kill()));
    },
  };
}
