// What must hold in every state, and what the end of everything looks like.
import { isDone } from "./kubernetes.ts";
import { type Kube, type PathName, type RunName, runNames, type World } from "./parts.ts";
import type { Setting } from "./setting.ts";

/** What is broken in this state, for people; undefined if nothing is. */
export function broken(world: World, setting: Setting): string | undefined {
  return setting.locks.map((_paths, i) => brokenFor(world, setting, i)).find((text) => text !== undefined) ?? foreignBeside(world, setting);
}

function brokenFor(world: World, setting: Setting, i: number): string | undefined {
  const kube = world.kubes[i];
  const run = runNames[i] ?? "A";
  if (kube === undefined || kube.tampered) return undefined;
  if (isClosed(kube) && world.znodes.held[run] === "none") return `the run of ${run} is closed, and its locks are held for good`;
  if (!runs(kube)) return undefined;
  return setting.locks[i]?.map((path) => beside(world, setting, { i, run, path })).find((text) => text !== undefined);
}

interface Held {
  readonly i: number;
  readonly run: RunName;
  readonly path: PathName;
}

/** Who is at work on the path of a run whose Pod runs. */
function beside(world: World, setting: Setting, { i, run, path }: Held): string | undefined {
  const open = setting.processors.findIndex((kind, k) => kind.path === path && isOpen(world, k));
  if (open >= 0) return `r${open} handles events while a Pod of ${run} runs`;
  if (setting.shortcut?.lockless === undefined && !isFirst(world, run, path)) return `a Pod of ${run} runs without its lock on ${path}`;
  if (path === "P" && world.rest.foreign === "holds") return `a Pod of ${run} runs while the foreign writer holds the lock`;
  return rivals(world, setting, i).includes(path) ? `Pods of both windows run, and both lock ${path}` : undefined;
}

function isFirst({ znodes }: World, run: RunName, path: PathName): boolean {
  const first = znodes.queues[path][0];
  return first?.who === run && first.owner === "none";
}

function isClosed({ window, status, abandon }: Kube): boolean {
  return window !== "gone" && status.run === undefined && status.answered !== undefined && !abandon;
}

/** The paths of other windows whose Pods run. */
function rivals(world: World, setting: Setting, i: number): readonly string[] {
  return setting.locks.flatMap((paths, j) => {
    const kube = world.kubes[j];
    return j !== i && kube !== undefined && !kube.tampered && runs(kube) ? paths : [];
  });
}

function runs({ pods }: Kube): boolean {
  return pods.some(({ phase }) => phase === "running");
}

function isOpen({ processors }: World, k: number): boolean {
  const at = processors[k]?.at;
  return at === "open" || at === "ghost";
}

/** A processor that trusts the signal alone is not promised anything about writers that raise none. */
function foreignBeside(world: World, { processors }: Setting): string | undefined {
  if (world.rest.foreign !== "holds") return undefined;
  const open = processors.findIndex((kind, k) => kind.path === "P" && kind.mode !== "signalled" && isOpen(world, k));
  return open < 0 ? undefined : `r${open} handles events while the foreign writer holds the lock`;
}

/** Every run is over, nothing of ours is left, and the processors are at work. */
export function isEnd(world: World, setting: Setting): boolean {
  const { znodes, rest } = world;
  const isOver = world.kubes.every((kube, i) => isRunOver(kube) && !isInQueue(world, runNames[i] ?? "A"));
  if (!isOver || znodes.signals.P !== undefined || znodes.signals.Q !== undefined || rest.foreign === "holds") return false;
  return setting.processors.every((kind, k) => {
    const mayStarve = rest.foreign === "queued" && kind.path === "P" && kind.mode !== "signalled";
    return world.processors[k]?.at === "open" || mayStarve;
  });
}

function isRunOver({ window, finalizer, status, job, pods, wanted }: Kube): boolean {
  // One that was orphaned behind our gate never runs.
  const quiet = wanted === undefined && pods.every((pod) => pod.phase === "gated" && pod.owner === "");
  if (!quiet || finalizer || job?.finalizer) return false;
  if (window === "gone") return job === undefined;
  const isJobOver = job === undefined || (isDone(job) && job.deleting === "no");
  return window === "here" && status.run === undefined && status.answered !== undefined && isJobOver;
}

function isInQueue({ znodes: { queues, held } }: World, run: RunName): boolean {
  return held[run] !== undefined || queues.P.some(({ who }) => who === run) || queues.Q.some(({ who }) => who === run);
}
