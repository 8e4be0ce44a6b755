// What the tests with servers need of the machine: programs, and a cluster, which is left as it was found.
import { ensureCluster, findCluster, removeCluster } from "../cluster/cluster.ts";
import { javaExample } from "../java/java-example.ts";
import { checkPrerequisites } from "../prerequisites.ts";
import { startProgress } from "../progress.ts";
import { kazooPackages } from "../python/kazoo.ts";
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
      {
        name: "tools",
        about: "kubectl, helm and the example in Go are built",
        showsItself: "always",
        run: (context) => orSay(tools(context)),
      },
      { name: "zookeeper", about: "ZooKeeper's program is at hand", showsItself: "always", run: () => orSay(zooKeeper()) },
      { name: "processors", about: "examples in other languages can be run", showsItself: "always", run: () => orSay(processors()) },
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
  await ensureTools(["kubectl", "helm", "go-zk"], { signal });
}

function zooKeeper(): Promise<void> {
  return shown("ZooKeeper's program", zooKeeperJars);
}

async function processors(): Promise<void> {
  await checkPrerequisites(["jdk", "python"]);
  await shown("Apache Curator, and the example on it", javaExample);
  await shown("kazoo", kazooPackages);
}

async function shown(title: string, work: (progress: (line: string) => void) => Promise<unknown>): Promise<void> {
  const progress = startProgress(title);
  try {
    await work((line) => progress.update(line.trim()));
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
