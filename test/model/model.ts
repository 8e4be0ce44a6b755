// The model as a whole: where it begins, and every move from a state.
import { Controllers } from "./controllers.ts";
import { createTouch } from "./hands.ts";
import { remembered } from "./interned.ts";
import { kubernetesMoves } from "./kubernetes.ts";
import { LockLooks } from "./lock-look.ts";
import { Looks } from "./looks.ts";
import { idle, type Kube, type Move, runNames, type World } from "./parts.ts";
import { peopleMoves } from "./people.ts";
import { foreignMoves, processorMoves } from "./processors.ts";
import type { Setting } from "./setting.ts";
import { Sweeps } from "./sweep.ts";

export interface Model {
  readonly setting: Setting;
  readonly initial: World;
  /** Not all of them while `complete` has something to do. */
  moves(world: World): readonly Move[];
  /** Computes what the last moves were in want of; answers whether there was anything. */
  complete(): Promise<boolean>;
}

export function createModel(setting: Setting): Model {
  const locks = new LockLooks(setting);
  const sweeps = new Sweeps(locks);
  const touch = createTouch(setting);
  const controllers = new Controllers(setting, new Looks(setting, locks, sweeps), touch);
  const kubernetes = remembered((kube: Kube) => kubernetesMoves(kube, setting));
  const ofKubernetes = (world: World): readonly Move[] =>
    world.kubes.flatMap((kube, i) =>
      kubernetes(kube).map(({ kube: after, touched, text, wrong }) => {
        const run = runNames[i] ?? "A";
        const hands = touch(world.hands, { [run]: touched });
        return { world: { ...world, kubes: world.kubes.with(i, after), hands }, fault: false, text: `${text} ${run}`, wrong };
      }),
    );
  return {
    setting,
    initial: initial(setting),
    complete: async () => [await locks.complete(), await sweeps.complete()].includes(true),
    moves: (world) => [
      ...controllers.moves(world),
      ...ofKubernetes(world),
      ...peopleMoves(world, setting, (after, touched) => ({ ...after, hands: touch(after.hands, touched) })),
      ...processorMoves(world, setting),
      ...foreignMoves(world),
      ...time(world, setting),
    ],
  };
}

function time(world: World, { clock }: Setting): readonly Move[] {
  const step = world.rest.time + 1;
  if (step > clock.length) return [];
  const text = clock[step - 1] === "window" ? "the window's deadline passes" : "the drain has taken too long";
  return [{ world: { ...world, rest: { ...world.rest, time: step } }, fault: false, text, wrong: undefined }];
}

export const freshKube: Kube = {
  window: "here",
  finalizer: false,
  abandon: false,
  status: {},
  job: undefined,
  pods: [],
  wanted: undefined,
  started: undefined,
  completed: false,
  tampered: false,
};

function initial(setting: Setting): World {
  return {
    znodes: { queues: { P: [], Q: [] }, signals: { P: undefined, Q: undefined }, held: { A: undefined, B: undefined } },
    kubes: setting.locks.map(() => freshKube),
    hands: [idle, idle],
    processors: setting.processors.map(() => ({ at: "closed", believes: false })),
    rest: {
      expiries: setting.expiries,
      processorExpiries: setting.processorExpiries,
      acts: setting.acts,
      time: 0,
      foreign: setting.foreignWriter ? "idle" : "none",
    },
  };
}
