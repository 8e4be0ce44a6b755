// The process of the sidecar: settings, log, and the signals that end it.

import { systemClock } from "../shared/clock.ts";
import { createLog } from "../shared/log.ts";
import { readSettings } from "../sidecar/settings.ts";
import { startSidecar } from "../sidecar/sidecar.ts";
import { ExitCode } from "./exit-code.ts";
import type { Machine } from "./machine.ts";

/** Resolves when the locks are released after SIGTERM or SIGINT; a second signal ends the process at once. */
export async function serveGate(env: Readonly<Record<string, string | undefined>>, machine: Machine): Promise<void> {
  const read = readSettings(env);
  if (read.kind === "problems") {
    for (const problem of read.problems) machine.err(`error: ${problem}\n`);
    throw new ExitCode(2);
  }
  const log = createLog({ level: "info", format: "json" }).with({ program: "gate" });
  const stop = stopSignal();
  const sidecar = await startSidecar(read.settings, systemClock, log);
  log.info(`stopping on ${await stop}: the locks are released when the leases have ended`);
  await sidecar.close();
  log.info("stopped");
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
  });
}
