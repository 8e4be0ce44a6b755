// What a controller has in hand, and what is left of it once something has changed that it is guarded by.
import type { Status } from "../../src/crds/status.ts";
import type { Action } from "../../src/window/action.ts";
import { guardOf } from "./effects.ts";
import { rememberedBy } from "./interned.ts";
import type { LockLook } from "./lock-look.ts";
import { bit, type Effect, type Hand, idle, type RunName } from "./parts.ts";
import type { ReadPart, Setting } from "./setting.ts";

export type Touched = Readonly<Partial<Record<RunName, number>>>;

const partBits: Readonly<Record<ReadPart, number>> = {
  window: bit.window,
  job: bit.job,
  pods: ~127,
  "job again": 0,
  locks: bit.fence.P | bit.fence.Q | bit.node.P | bit.node.Q | bit.ownFence,
};

/** What hands are left with once those parts of their looks have changed. */
export type Touch = (hands: readonly Hand[], touched: Touched) => readonly Hand[];

export function createTouch({ look, shortcut }: Setting): Touch {
  const readBits = look.map((_parts, step) =>
    look
      .slice(0, step + 1)
      .flat()
      .reduce((bits, part) => bits | partBits[part], 0),
  );
  const one = rememberedBy((hand: Hand, bits: number): Hand => {
    if (hand.at === "looking") return { ...hand, stale: hand.stale | (bits & (readBits[hand.step - 1] ?? 0)) };
    return hand.at === "idle" ? hand : whatStands(hand, bits, shortcut);
  });
  return (hands, touched) =>
    hands.map((hand) => {
      const bits = hand.at === "idle" ? 0 : (touched[hand.run] ?? 0);
      return bits === 0 ? hand : one(hand, bits);
    });
}

function whatStands(hand: Exclude<Hand, { at: "idle" | "looking" }>, bits: number, shortcut: Setting["shortcut"]): Hand {
  const tell = (bits & bit.window) === 0 ? hand.tell : undefined;
  if (hand.at === "telling") return tell === undefined ? idle : hand;
  const stands = (bits & guardOf(hand.effect, shortcut)) === 0;
  return inHand(hand.run, { effect: stands ? hand.effect : undefined, tell, what: hand.effect.do });
}

export interface Wanted {
  readonly effect: Effect | undefined;
  readonly tell: Status | undefined;
  readonly what: string;
}

export function inHand(run: RunName, { effect, tell, what }: Wanted): Hand {
  if (effect !== undefined) return { at: "acting", run, effect, tell };
  return tell === undefined ? idle : { at: "telling", run, what, tell };
}

/** Undefined where the status write does it all, or the project's code would send nothing. */
export function effectOf(action: Action, locks: LockLook | undefined): Effect | undefined {
  const none = { pod: undefined, token: undefined, ops: undefined };
  switch (action.do) {
    case "nothing":
    case "skip":
    case "begin":
    case "begin evicting":
    case "revoke":
    case "name Job":
    case "give up":
    case "record":
    case "close":
    case "issue token":
    case "delete Job":
      return undefined;
    case "start Job":
      return { ...none, do: action.do, token: action.token };
    case "evict":
    case "let Pod go":
      return { ...none, do: action.do, pod: action.pod.uid };
    case "queue":
    case "promote":
    case "raise":
    case "release": {
      const ops = locks?.changes[action.do];
      return ops && { ...none, do: action.do, ops };
    }
    default:
      return { ...none, do: action.do };
  }
}
