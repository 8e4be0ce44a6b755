// Posts the Events that tell windows what was done to their locks by hand.
import { randomUUID } from "node:crypto";
import { apiVersion, kind } from "../../crds/meta.ts";
import { type KubeOptions, loadKube } from "../../kube/config.ts";
import { createEvents } from "../../kube/events.ts";
import { createRest, type Rest } from "../../kube/rest.ts";
import { createWindows } from "../../kube/windows.ts";
import type { WindowName } from "../../protocol/node-data.ts";
import { systemClock } from "../../shared/clock.ts";
import { type LogFields, silentLog } from "../../shared/log.ts";

/** A window, whose uid the cluster has to be asked for where nothing in ZooKeeper names it. */
export type Concerned = Omit<WindowName, "uid"> & { readonly uid?: string };

export interface Deed {
  readonly reason: "LocksReset" | "LockPurged";
  readonly action: "Reset" | "Purge";
  readonly note: string;
}

/** Throws where there is no cluster; what the cluster refuses is a warning. */
export async function postEvents(at: KubeOptions, windows: readonly Concerned[], deed: Deed, warn: (why: string) => void): Promise<void> {
  const rest = createRest(loadKube(at), { clock: systemClock });
  const log = { ...silentLog, warn: (_: string, fields?: LogFields) => warn(String(fields?.["error"])) };
  const events = createEvents(rest, { clock: systemClock, log, instance: "exclusive-window-locks", id: () => randomUUID().slice(0, 8) });
  for (const window of windows) {
    const { namespace, name } = window;
    const uid = window.uid ?? (await uidOf(rest, window));
    if (uid !== undefined) await events.post({ regarding: { apiVersion, kind, namespace, name, uid }, type: "Warning", ...deed });
  }
}

/** Undefined where there is no such window: then nobody is concerned. */
async function uidOf(rest: Rest, { namespace, name }: Concerned): Promise<string | undefined> {
  const found = (await createWindows(rest).get(namespace, name)) as { readonly metadata?: { readonly uid?: string } } | undefined;
  return found?.metadata?.uid;
}
