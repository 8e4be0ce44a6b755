// Who reads, and the foreign writer: our gate in both modes, an unmodified Curator lock with a cache of the signal, and somebody who
// takes the write lock without any signal.
import { rememberedBy } from "./interned.ts";
import type { LockNode, Move, Processor, Rest, RunName, World, Znodes } from "./parts.ts";
import type { ProcessorKind, Setting } from "./setting.ts";

type Writer = RunName | "F";

interface Stage {
  readonly at: Processor["at"];
  readonly text: string;
  readonly node: "made" | "kept" | "gone";
  readonly fault?: boolean;
}

export function processorMoves(world: World, setting: Setting): readonly Move[] {
  return setting.processors.flatMap((kind, k) => {
    const processor = world.processors[k];
    if (processor === undefined) return [];
    const stages = stagesOf(world, kind, k, setting).map((stage) => moved(world, kind, k, stage));
    return kind.mode === "curator" ? [...catchUp(world, kind, k), ...stages] : stages;
  });
}

function catchUp(world: World, { path }: ProcessorKind, k: number): readonly Move[] {
  const processor = world.processors[k];
  const believes = world.znodes.signals[path] !== undefined;
  if (processor === undefined || processor.believes === believes) return [];
  const processors = world.processors.with(k, { ...processor, believes });
  return [{ world: { ...world, processors }, fault: false, text: `the cache of r${k} learns of the signal`, wrong: undefined }];
}

function stagesOf(world: World, kind: ProcessorKind, k: number, { lease, shortcut, signals }: Setting): readonly Stage[] {
  const { at = "closed", believes = false } = world.processors[k] ?? {};
  const isSignalled = kind.mode === "curator" ? believes : world.znodes.signals[kind.path] !== undefined;
  const mayExpire = world.rest.processorExpiries > 0;
  const lost: readonly Stage[] = mayExpire ? [{ at: "closed", text: "loses its session", node: "gone", fault: true }] : [];
  switch (at) {
    case "closed":
      return isSignalled ? [] : [{ at: "made", text: "makes its read node", node: "made" }];
    case "made":
      return [...opening(world, kind, k, isSignalled), ...lost];
    case "looked":
      return [...admitted(world, kind, k), ...lost];
    case "open":
      return [
        ...(isSignalled || !signals ? [{ at: "closed", text: "has finished its events and releases", node: "gone" } as const] : []),
        ...(mayExpire ? [ranOut(lease)] : []),
      ];
    case "shut":
      return [
        { at: "open", text: "is connected again in the same session", node: "kept" },
        { at: "closed", text: "learns that its session has expired", node: "gone" },
      ];
    case "ghost":
      return [{ at: "closed", text: "notices at last that its session is gone", node: "kept" }];
    default: {
      const hasty = shortcut?.hastyGates === true;
      return [...inLine(world, kind, k, { behind: at.slice("behind ".length), isSignalled, hasty }), ...lost];
    }
  }
}

function ranOut(lease: Setting["lease"]): Stage {
  return lease === "kept"
    ? { at: "shut", text: "closes, its lease having run out", node: "kept", fault: true }
    : { at: "ghost", text: "has lost its session and does not know", node: "gone", fault: true };
}

/** Its node is made. Our gate looks at the signal now; Curator's lock only waits for its turn. */
function opening(world: World, kind: ProcessorKind, k: number, isSignalled: boolean): readonly Stage[] {
  if (kind.mode === "curator") return isBehindWriter(world.znodes, kind, k) ? [] : [{ at: "open", text: "opens", node: "kept" }];
  return isSignalled
    ? [{ at: "closed", text: "sees the signal and steps back", node: "gone" }]
    : [{ at: "looked", text: "sees no signal", node: "kept" }];
}

function admitted(world: World, kind: ProcessorKind, k: number): readonly Stage[] {
  const last = kind.mode === "any" ? writersBefore(world.znodes, kind, k).at(-1) : undefined;
  if (last === undefined) return [{ at: "open", text: "opens", node: "kept" }];
  return [{ at: `behind ${last}`, text: `finds ${last} before it and waits in line`, node: "kept" }];
}

interface InLine {
  readonly behind: string;
  readonly isSignalled: boolean;
  readonly hasty: boolean;
}

/** Woken by the signal, or by the end of the writer that it waits for: others may stand before that one. */
function inLine(world: World, kind: ProcessorKind, k: number, { behind, isSignalled, hasty }: InLine): readonly Stage[] {
  if (isSignalled) return [{ at: "closed", text: "sees the signal and gives up its place", node: "gone" }];
  if (writersBefore(world.znodes, kind, k).some((who) => who === behind)) return [];
  if (hasty) return [{ at: "open", text: "opens without another look at the queue", node: "kept" }];
  return [{ at: "looked", text: `finds ${behind} gone, and no signal`, node: "kept" }];
}

function isBehindWriter(znodes: Znodes, kind: ProcessorKind, k: number): boolean {
  return writersBefore(znodes, kind, k).length > 0;
}

function writersBefore({ queues }: Znodes, { path }: ProcessorKind, k: number): readonly Writer[] {
  const queue = queues[path];
  const own = queue.findIndex(({ who }) => who === `r${k}`);
  return queue.slice(0, own).flatMap(({ who }) => (who === "A" || who === "B" || who === "F" ? [who] : []));
}

function moved(world: World, { path }: ProcessorKind, k: number, { at, text, node, fault = false }: Stage): Move {
  const { rest } = world;
  const znodes = node === "kept" ? world.znodes : withNode(world.znodes, `${path}${node} r${k}`);
  const processors = withStage(world.processors, `${k} ${at}`);
  const left: Rest = fault ? { ...rest, processorExpiries: rest.processorExpiries - 1 } : rest;
  return { world: { ...world, znodes, processors, rest: left }, fault, text: `r${k} ${text}`, wrong: undefined };
}

const withNode = rememberedBy((znodes: Znodes, change: string): Znodes => {
  const path = change.startsWith("P") ? "P" : "Q";
  const who = change.endsWith("r0") ? "r0" : "r1";
  const others = znodes.queues[path].filter((node) => node.who !== who);
  const queue: readonly LockNode[] = change.includes("made") ? [...others, { who, owner: "other" }] : others;
  return { ...znodes, queues: path === "P" ? { P: queue, Q: znodes.queues.Q } : { P: znodes.queues.P, Q: queue } };
});

const withStage = rememberedBy((processors: readonly Processor[], change: string): readonly Processor[] => {
  const space = change.indexOf(" ");
  const [k, at] = [change.slice(0, space), change.slice(space + 1)];
  return processors.map((one, i) => (String(i) === k ? { ...one, at: at as Processor["at"] } : one));
});

/** Queues once on P, holds and releases; raises no signal. */
export function foreignMoves(world: World): readonly Move[] {
  const { znodes, rest } = world;
  const to = (foreign: Rest["foreign"], queue: readonly LockNode[], text: string): readonly Move[] => [
    {
      world: { ...world, znodes: { ...znodes, queues: { P: queue, Q: znodes.queues.Q } }, rest: { ...rest, foreign } },
      fault: false,
      text,
      wrong: undefined,
    },
  ];
  const queue = znodes.queues.P;
  if (rest.foreign === "idle") return to("queued", [...queue, { who: "F", owner: "other" }], "the foreign writer queues");
  if (rest.foreign === "queued" && queue[0]?.who === "F") return to("holds", queue, "the foreign writer holds the lock");
  if (rest.foreign === "holds")
    return to(
      "over",
      queue.filter(({ who }) => who !== "F"),
      "the foreign writer releases",
    );
  return [];
}
