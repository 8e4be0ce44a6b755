// Which fault is done how.
import type { FaultKind } from "../kinds.ts";
import type { Strike } from "./fault.ts";
import { deleteJob, deleteJobAndFinalizer } from "./jobs.ts";
import { controllerLink, processorLink } from "./links.ts";
import { killController, restartApiServer, stopController, stopProcessor, stopServer } from "./processes.ts";
import { deleteFence, deletePath, deleteReadNodes, deleteSignal, deleteWriteNode } from "./znodes.ts";

export const strikes: Readonly<Record<FaultKind, Strike>> = {
  "processor–ZooKeeper cut": processorLink("cut"),
  "processor–ZooKeeper reset": processorLink("reset"),
  "processor–ZooKeeper half-open": processorLink("half-open"),
  "processor–ZooKeeper delayed": processorLink("delayed"),
  "controller–ZooKeeper cut": controllerLink("zookeeper", "cut"),
  "controller–ZooKeeper reset": controllerLink("zookeeper", "reset"),
  "controller–ZooKeeper half-open": controllerLink("zookeeper", "half-open"),
  "controller–ZooKeeper delayed": controllerLink("zookeeper", "delayed"),
  "controller–API server cut": controllerLink("api", "cut"),
  "controller–API server reset": controllerLink("api", "reset"),
  "controller–API server half-open": controllerLink("api", "half-open"),
  "controller–API server delayed": controllerLink("api", "delayed"),
  "processor stopped": stopProcessor,
  // Nothing is heard for longer than a session lasts: the servers expire it.
  "processor's session expired": processorLink("half-open"),
  "controller stopped": stopController,
  "controller killed": killController,
  "controller's session expired": controllerLink("zookeeper", "half-open"),
  "ZooKeeper leader stopped": stopServer("leader"),
  "ZooKeeper follower stopped": stopServer("follower"),
  "signal deleted": deleteSignal,
  "fence deleted": deleteFence,
  "write node deleted": deleteWriteNode,
  "read nodes deleted": deleteReadNodes,
  "lock path deleted with its parents": deletePath,
  "Job deleted": deleteJob,
  "Job deleted without its finalizer": deleteJobAndFinalizer,
  "API server restarted": restartApiServer,
};
