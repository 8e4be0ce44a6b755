// The controller's hands where nothing can be reached: a test puts in what it needs, and a call of anything else fails.
import { KubeConfig } from "@kubernetes/client-node";
import type { Hands } from "../../src/controller/hands.ts";
import { createMetrics } from "../../src/controller/metrics.ts";
import { createKube, type Kube } from "../../src/kube/kube.ts";
import type { Clock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import type { SessionHolder } from "../../src/zookeeper/session-holder.ts";

export function offlineKube(clock: Clock): Kube {
  const config = new KubeConfig();
  // Port 9 (discard): nobody listens there.
  config.loadFromClusterAndUser({ name: "offline", server: "http://127.0.0.1:9", skipTLSVerify: false }, { name: "offline" });
  return createKube({ config, clock, random: () => 0, id: () => "id", log: silentLog, namespace: "offline", instance: "offline" });
}

/** Holds that session for good. */
export function holding(session: Session): SessionHolder {
  return { current: () => ({ kind: "session", session }), onChange: () => () => {}, close: () => session.close() };
}

export function offlineHands(clock: Clock, session: Session, parts: Partial<Hands> = {}): Hands {
  return {
    kube: offlineKube(clock),
    zookeeper: holding(session),
    seen: { windows: new Map(), jobs: new Map(), workloads: new Map() },
    installation: "main",
    pathGrants: [],
    makesLockPaths: false,
    clock,
    log: silentLog,
    metrics: createMetrics("2026a"),
    wake: () => {},
    ...parts,
  };
}
