// What the tests with servers need of the machine: programs, and a cluster, which is left as it was found.
import { ensureCluster, findCluster, removeCluster } from "../cluster/cluster.ts";
import { startProgress } from "../progress.ts";
import { ensureTools } from "../tools/build.ts";
import { zooKeeperJars } from "../zookeeper/jars.ts";
import { noTests, oneFailure } from "./counts.ts";
import type { Stage, StageContext, StageOutcome } from "./stage.ts";

export interface PreparedMachine {
  readonly stages: readonly Stage[];
  /** Removes the cluster if these stages started it; false where that failed (the reason is printed). */
  takeDown(): Promise<boolean>;
}

const done: StageOutcome = { passed: true, counts: noTests };

export function preparedMachine(): PreparedMachine {
  let ours = false;
  return {
    stages: [
      { name: "tools", about: "kubectl and helm are built", showsItself: "always", run: (context) => orSay(tools(context)) },
      { name: "zookeeper", about: "ZooKeeper's program is at hand", showsItself: "always", run: () => orSay(zooKeeper()) },
      { name: "cluster", about: "a cluster is up", showsItself: "always", run: (context) => orSay(cluster(context)) },
    ],
    takeDown: async () => !ours || (await orSay(remove())).passed,
  };

  async function cluster({ signal }: StageContext): Promise<void> {
    ours = (await findCluster()) === undefined;
    await ensureCluster({ signal });
  }
}

async function tools({ signal }: StageContext): Promise<void> {
  await ensureTools(["kubectl", "helm"], { signal });
}

async function zooKeeper(): Promise<void> {
  const progress = startProgress("ZooKeeper's program");
  try {
    await zooKeeperJars((line) => progress.update(line.trim()));
    progress.done();
  } catch (error) {
    progress.fail();
    throw error;
  }
}

async function remove(): Promise<void> {
  await removeCluster();
}

/** What is missing on a machine is said without a stack trace: the message names it and what to install. */
async function orSay(work: Promise<void>): Promise<StageOutcome> {
  try {
    await work;
    return done;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: false, counts: oneFailure };
  }
}
