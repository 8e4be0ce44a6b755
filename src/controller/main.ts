// The controller's process, top to bottom: configuration, log, hands, health and metrics, then the lease.
// Exit codes: 0 stopped by a signal, 1 failed, 2 the configuration cannot be used.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { loadKube } from "../kube/config.ts";
import { createKube } from "../kube/kube.ts";
import { systemClock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { createLog } from "../shared/log.ts";
import { type Config, ConfigError, loadConfig } from "./config.ts";
import { lead } from "./lead.ts";
import { createMetrics } from "./metrics.ts";
import { watchesHear } from "./readiness.ts";
import { healthPages, serve } from "./server.ts";
import type { Watches } from "./watches.ts";

const LEASE = "exclusive-window-controller";

async function main(config: Config): Promise<void> {
  const log = createLog(config.log).with({ controller: "exclusivewindow", replica: config.identity });
  const random = Math.random;
  // A container that restarts keeps its Pod's name, and the lease must still tell the two apart.
  const identity = `${config.identity}_${randomUUID().slice(0, 8)}`;
  const kube = createKube({
    config: loadKube({ kubeconfig: config.kubeconfig, context: config.context }),
    clock: systemClock,
    random,
    id: () => randomUUID().replaceAll("-", ""),
    log,
    namespace: config.namespace,
    instance: config.identity,
  });
  const tzdata = process.versions.tz ?? "unknown";
  const metrics = createMetrics(tzdata);
  let watches: Watches | undefined;
  const health = await serve(config.healthPort, healthPages([watchesHear(() => watches, systemClock)]));
  const pages = await serve(config.metricsPort, { "/metrics": () => metrics.page() });
  const stopping = stopSignal((name) => log.info(`stopping on ${name}`));
  log.info("started", { healthPort: health.port, metricsPort: pages.port, installation: config.installation, tzdata });
  const watching = (now: Watches | undefined) => {
    watches = now;
  };
  const parts = { config, kube, clock: systemClock, random, log, metrics, watching };
  await kube.withLease({ namespace: config.namespace, name: LEASE, identity, signal: stopping, onLead: (signal) => lead(parts, signal) });
  await Promise.all([health.close(), pages.close()]);
}

function stopSignal(tell: (name: string) => void): AbortSignal {
  const stopping = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      tell(name);
      stopping.abort();
    });
  }
  return stopping.signal;
}

try {
  await main(loadConfig(process.env, hostname()));
} catch (error) {
  process.stderr.write(`exclusive-window controller: ${messageOf(error)}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
// Sockets of an API server that went away may linger; everything that matters has ended.
process.exit();
