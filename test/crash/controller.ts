// The real controller, from the lease down, with its two doors watched (doors.ts): the process that the crash matrix kills.
// As src/controller/main.ts without its pages. Not for use: it kills itself.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type Config, loadConfig } from "../../src/controller/config.ts";
import { lead } from "../../src/controller/lead.ts";
import { createMetrics } from "../../src/controller/metrics.ts";
import { loadKube } from "../../src/kube/config.ts";
import { createKubeBehind } from "../../src/kube/kube.ts";
import { createRest } from "../../src/kube/rest.ts";
import { systemClock as clock } from "../../src/shared/clock.ts";
import { createLog } from "../../src/shared/log.ts";
import { keepAlive } from "../../src/zookeeper/keep-alive.ts";
import { holdSession } from "../../src/zookeeper/session-holder.ts";
import { doorToKubernetes, doorToZooKeeper, passesBy, passing } from "./doors.ts";
import { naiveVariable, type Plan, planVariable } from "./moments.ts";
import { naively } from "./naive.ts";

async function main(config: Config): Promise<void> {
  const { namespace, identity: instance } = config;
  const random = Math.random;
  const log = createLog(config.log).with({ replica: instance });
  const pass = passesBy(planned(process.env[planVariable]));
  const isNaive = process.env[naiveVariable] !== undefined;
  const rest = createRest(loadKube({ kubeconfig: config.kubeconfig, context: config.context }), { clock });
  const id = () => randomUUID().replaceAll("-", "");
  const kube = createKubeBehind(doorToKubernetes(rest, pass), { clock, random, id, log, namespace, instance });
  const hold: typeof holdSession = (options) =>
    doorToZooKeeper(holdSession(options), (session) => passing(isNaive ? naively(session) : session, pass));
  const parts = { config, kube, clock, random, log, metrics: createMetrics("unknown"), watching: () => {}, hold };
  const stopping = new AbortController();
  process.once("SIGTERM", () => stopping.abort());
  // What waits for the lease keeps no process alive; src/controller/main.ts has its pages for that.
  const letGo = keepAlive();
  log.info("started");
  await kube.withLease({
    namespace,
    name: "exclusive-window-controller",
    identity: `${instance}_${randomUUID().slice(0, 8)}`,
    signal: stopping.signal,
    onLead: (signal) => lead(parts, signal),
  });
  letGo();
}

function planned(text: string | undefined): Plan | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Plan);
}

await main(loadConfig(process.env, hostname()));
process.exit();
