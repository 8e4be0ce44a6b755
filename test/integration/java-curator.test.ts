// The example processor on unmodified Apache Curator, as a program of its own, beside runs of ours and Curator's own writers.
import { join } from "node:path";
import { javaExample } from "../../dev/java/java-example.ts";
import { freePort } from "../../dev/zookeeper/free-port.ts";
import { servingProcessor } from "../support/foreign-processor.ts";
import { describeProcessor } from "../support/processor-contract.ts";
import { withServer } from "../support/server-gate.ts";

withServer();

describeProcessor({
  name: "the processor on Curator",
  owner: undefined, // this host's address, as Curator finds it out
  async start({ zookeeper, lockPath, sessionTimeoutSeconds }) {
    const { classes, jars, mainClass } = await javaExample((line) => console.info(line));
    const port = await freePort("127.0.0.1");
    const env = {
      EXCLUSIVE_WINDOW_ZOOKEEPER: zookeeper,
      EXCLUSIVE_WINDOW_LOCKS: lockPath,
      EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS: String(sessionTimeoutSeconds),
      EVENTS_PER_SECOND: "1000",
      PORT: String(port),
    };
    const jvm = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", `${classes}:${join(jars, "*")}`];
    return servingProcessor({ command: "java", args: [...jvm, mainClass], env }, port);
  },
});
