// Tells the windows whose locks were changed by hand, as an Event on each: what was removed, and by which command.
//
// Promised: a window is found by the node of its run, by what its runs hold, or by its own lock path; what cannot be told is a
// warning. Not promised: that windows which only name the path in their spec, and do not run, are told.
import { isNoAuth, type LockView } from "../../locks/admin/look.ts";
import { root } from "../../protocol/paths.ts";
import { messageOf } from "../../shared/errors.ts";
import { type AllHeld, readAllHeld } from "../../zookeeper/held.ts";
import type { Session } from "../../zookeeper/session.ts";
import type { Machine } from "../machine.ts";
import type { Concerned, Deed } from "./event-post.ts";

export interface EventFlags {
  /** False with --no-event. */
  readonly event: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Before anything is removed: which windows the lock is of. What may not be read is a warning. Throws other ZooKeeperErrors. */
export async function concernedWindows(
  session: Session,
  machine: Machine,
  { event }: EventFlags,
  { path, nodes }: Pick<LockView, "path" | "nodes">,
): Promise<readonly Concerned[]> {
  if (!event) return [];
  const entries = await heldEntries(session, machine);
  const ofRuns = nodes.flatMap(({ run }) => run?.window ?? []);
  const holding = entries.filter(({ locks }) => locks.some((lock) => lock.path === path)).flatMap(({ window }) => window ?? []);
  const [, namespace, name] = new RegExp(`^${root}/([^/]+)/([^/]+)/lock$`).exec(path) ?? [];
  const own = namespace === undefined || name === undefined ? [] : [{ namespace, name }];
  const byName = new Map<string, Concerned>();
  for (const window of [...own, ...holding, ...ofRuns]) byName.set(`${window.namespace}/${window.name}`, window);
  return [...byName.values()];
}

async function heldEntries(session: Session, machine: Machine): Promise<AllHeld["entries"]> {
  try {
    return (await readAllHeld(session)).entries;
  } catch (error) {
    if (!isNoAuth(error)) throw error;
    machine.err(`warning: a window that holds this lock may get no Event: ${messageOf(error)} (--no-event leaves it out)\n`);
    return [];
  }
}

/** Never rejects. */
export async function tellWindows(machine: Machine, flags: EventFlags, windows: readonly Concerned[], deed: Deed): Promise<void> {
  if (!flags.event || windows.length === 0) return;
  const names = windows.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  const warn = (why: string) => machine.err(`warning: no Event tells ${names} of it: ${why} (--no-event leaves it out)\n`);
  try {
    // The client of Kubernetes takes a second to load, and only few commands need it.
    const { postEvents } = await import("./event-post.ts");
    await postEvents({ kubeconfig: flags.kubeconfig, context: flags.context }, windows, deed, warn);
  } catch (error) {
    warn(messageOf(error));
  }
}
