// What people do: to Jobs and windows, to signals and write nodes.

import { activate, goneWindow } from "./effects.ts";
import type { Touched } from "./hands.ts";
import { deleteInBackground, dropPods, isLive, podBits } from "./kubernetes.ts";
import { bit, type Kube, type Move, type PathName, type RunName, runNames, type World, type Znodes } from "./parts.ts";
import { pathNames } from "./places.ts";
import type { ActOfPeople, Setting } from "./setting.ts";

interface Act {
  readonly kube: Kube;
  readonly touched: number;
  readonly text: string;
}

type Touch = (world: World, touched: Touched) => World;

export function peopleMoves(world: World, setting: Setting, touch: Touch): readonly Move[] {
  const undone = unwritten(world);
  if (world.rest.acts === 0) return undone;
  const rest = { ...world.rest, acts: world.rest.acts - 1 };
  const spent: World = { ...world, rest };
  const onKube = world.kubes.flatMap((kube, i) => {
    const run = runNames[i] ?? "A";
    const acts = [...onJob(kube, setting), ...onWindow(kube, setting)];
    return acts.map(({ kube: after, touched, text }) => ({
      world: touch({ ...spent, kubes: world.kubes.with(i, after) }, { [run]: touched }),
      fault: true,
      text: `a user ${text} of ${run}`,
      wrong: undefined,
    }));
  });
  return [...undone, ...onKube, ...onZnodes(spent, setting, touch)];
}

function onJob(kube: Kube, setting: Setting): readonly Act[] {
  const { job } = kube;
  if (job === undefined) return [];
  const may = (act: ActOfPeople) => setting.people.includes(act);
  const acts: Act[] = [];
  const left = setting.latePods ? kube.wanted : undefined;
  const gone = (text: string) => acts.push({ kube: { ...kube, job: undefined, wanted: left, completed: false }, touched: bit.job, text });
  if (may("strip Job")) gone("deletes the Job and strips its finalizer, that");
  if (job.deleting !== "no") return acts;
  if (may("delete Job")) {
    acts.push({
      kube: { ...kube, job: { ...job, deleting: "foreground" }, wanted: left },
      touched: bit.job,
      text: "deletes, with foreground, the Job",
    });
    acts.push({ kube: deleteInBackground(kube, job, setting), touched: bit.job, text: "deletes, with background, the Job" });
  }
  if (may("orphan Job")) {
    const pods = kube.pods.map((pod) => (pod.owner === job.uid ? { ...pod, owner: "" } : pod));
    const orphaned = { ...deleteInBackground(kube, job, setting), pods };
    acts.push({ kube: orphaned, touched: bit.job | podBits(kube), text: "deletes, orphaning its Pods, the Job" });
  }
  if (may("unsuspend Job") && job.phase === "suspended")
    acts.push({ kube: activate(kube, job, setting), touched: bit.job, text: "unsuspends the Job" });
  if (may("suspend Job") && isLive(job)) {
    const suspended: Kube = { ...dropPods(kube, job.uid, setting), job: { ...job, phase: "suspended" } };
    acts.push({ kube: suspended, touched: bit.job | podBits(kube), text: "suspends the Job" });
  }
  return acts;
}

function onWindow(kube: Kube, { people }: Setting): readonly Act[] {
  const acts: Act[] = [];
  if (people.includes("delete window") && kube.window === "here") {
    const after: Kube = kube.finalizer ? { ...kube, window: "deleting" } : goneWindow(kube);
    acts.push({ kube: after, touched: bit.window, text: "deletes the window" });
  }
  if (people.includes("strip window") && kube.window !== "gone") {
    acts.push({ kube: goneWindow(kube), touched: bit.window, text: "deletes the window and strips its finalizer, that" });
  }
  if (people.includes("abandon locks") && kube.window !== "gone" && !kube.abandon && kube.status.run !== undefined) {
    acts.push({ kube: { ...kube, abandon: true }, touched: bit.window, text: "abandons the locks" });
  }
  return acts;
}

function onZnodes(spent: World, { people, locks }: Setting, touch: Touch): readonly Move[] {
  const used = pathNames.filter((path) => locks.some((paths) => paths.includes(path)));
  return used.flatMap((path) => [
    ...(people.includes("delete signal") ? withoutSignal(spent, path, "an administrator deletes the signal", true) : []),
    ...(people.includes("overwrite signal") ? overwritten(spent, path) : []),
    ...(people.includes("delete write node") ? runNames.flatMap((run) => withoutNode(spent, path, run, touch)) : []),
  ]);
}

function withoutSignal(world: World, path: PathName, text: string, fault: boolean): readonly Move[] {
  if (world.znodes.signals[path] === undefined) return [];
  return [{ world: withSignal(world, path, undefined), fault, text: `${text} of ${path}`, wrong: undefined }];
}

function withSignal(world: World, path: PathName, signal: Znodes["signals"]["P"]): World {
  const { queues, signals, held } = world.znodes;
  return { ...world, znodes: { queues, signals: path === "P" ? { P: signal, Q: signals.Q } : { P: signals.P, Q: signal }, held } };
}

function overwritten(world: World, path: PathName): readonly Move[] {
  const signal = world.znodes.signals[path];
  const owner = signal?.owner ?? "none";
  const after = withSignal(world, path, { owner, runs: undefined, version: 0 });
  return [{ world: after, fault: true, text: `a stranger writes the signal of ${path}`, wrong: undefined }];
}

/** Whoever wrote a signal that is not ours takes it away again. */
function unwritten(world: World): readonly Move[] {
  return pathNames.flatMap((path) => {
    const signal = world.znodes.signals[path];
    return signal !== undefined && signal.runs === undefined ? withoutSignal(world, path, "the stranger takes the signal away", false) : [];
  });
}

function withoutNode(world: World, path: PathName, run: RunName, touch: Touch): readonly Move[] {
  const { queues } = world.znodes;
  const node = queues[path].find(({ who }) => who === run);
  if (node === undefined) return [];
  const queue = queues[path].filter((other) => other !== node);
  const znodes: Znodes = { ...world.znodes, queues: path === "P" ? { P: queue, Q: queues.Q } : { P: queues.P, Q: queue } };
  const kubes =
    node.owner === "none" ? world.kubes.map((kube, i) => (runNames[i] === run ? { ...kube, tampered: true } : kube)) : world.kubes;
  const after = touch({ ...world, znodes, kubes }, { [run]: bit.node[path] });
  return [{ world: after, fault: true, text: `an administrator deletes the write node of ${run} on ${path}`, wrong: undefined }];
}
