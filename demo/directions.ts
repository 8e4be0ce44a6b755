// How to go on with what `--keep` left.
import { runRequestAnnotation } from "../src/crds/meta.ts";
import { lockPath, namespace, processorLabel, windowName } from "./manifests.ts";
import type { Stage } from "./stage.ts";

export function directions({ kubectl, zookeeper, clusterEndingCommand }: Stage): readonly string[] {
  const line = (args: string) => `  ${kubectl.commandLine(args)}`;
  return [
    "everything is kept. Look at it:",
    line(`--namespace ${namespace} get exclusivewindows,deployments,jobs,pods`),
    line(`--namespace ${namespace} describe exclusivewindow ${windowName}`),
    line(`--namespace ${namespace} logs deployment/${processorLabel}`),
    line("--namespace exclusive-window logs deployment/exclusive-window-controller"),
    "run the window once more:",
    line(`--namespace ${namespace} annotate exclusivewindow/${windowName} ${runRequestAnnotation}=$(date -u +%FT%TZ) --overwrite`),
    `ZooKeeper is at ${zookeeper.address}:${zookeeper.port}, the lock path is ${lockPath}`,
    "remove it all: run the demo again without --keep, or",
    line(`delete namespace ${namespace}`),
    `  ${zookeeper.endingCommand}`,
    ...(clusterEndingCommand === undefined ? [] : [`  ${clusterEndingCommand}`]),
    "",
  ];
}
