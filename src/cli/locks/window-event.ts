// Tells the windows whose locks were changed by hand, as an Event on each: what was removed, and by which command.
//
// Promised: a window is found by the node of its run, by what its runs hold, or by its own lock path; what cannot be told is a
// warning. Not promised: that windows which only name the path in their spec, and do not run, are told.
import type { NodeView } from "../../locks/admin/look.ts";
import { root } from "../../protocol/paths.ts";
import { messageOf } from "../../shared/errors.ts";
import { readAllHeld } from "../../zookeeper/held.ts";
import type { Session } from "../../zookeeper/session.ts";
import type { Machine } from "../machine.ts";
import type { Concerned, Deed } from "./event-post.ts";

export interface EventFlags {
  /** False with --no-event. */
  readonly event: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Before anything is removed: which windows the lock is of. Throws ZooKeeperError. */
export async function concernedWindows(session: Session, path: string, nodes: readonly NodeView[]): Promise<readonly Concerned[]> {
  const { entries } = await readAllHeld(session);
  const ofRuns = nodes.flatMap(({ run }) => run?.window ?? []);
  const holding = entries.filter(({ locks }) => locks.some((lock) => lock.path === path)).flatMap(({ window }) => window ?? []);
  const [, namespace, name] = new RegExp(`^${root}/([^/]+)/([^/]+)/lock$`).exec(path) ?? [];
  const own = namespace === undefined || name === undefined ? [] : [{ namespace, name }];
  const byName = new Map<string, Concerned>();
  for (const window of [...own, ...holding, ...ofRuns]) byName.set(`${window.namespace}/${window.name}`, window);
  return [...byName.values()];
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
