// The controllers: each looks, decides, and has its effect and its status write in hand until they are carried out, any time later.
// A controller that crashes loses what it has in hand; so does one whose status write is refused. (To lose an effect that was not
// carried out is the same as not to have looked, so there is no move for it.)
import type { Status } from "../../src/crds/status.ts";
import { type Changed, carryOut, written } from "./effects.ts";
import { evicted } from "./evictions.ts";
import { inHand, type Touch } from "./hands.ts";
import { remembered, rememberedBy } from "./interned.ts";
import type { Decision, Looks } from "./looks.ts";
import {
  type ControllerName,
  controllerNames,
  type Effect,
  type Hand,
  idle,
  type Kube,
  type Move,
  type Op,
  runNames,
  type World,
  type Znodes,
} from "./parts.ts";
import { withoutSession } from "./session-end.ts";
import type { Setting } from "./setting.ts";
import { type Applied, apply } from "./transaction.ts";

type Acting = Extract<Hand, { at: "acting" }>;
type Telling = Extract<Hand, { at: "telling" }>;

export class Controllers {
  readonly #setting: Setting;
  readonly #looks: Looks;
  readonly #touch: Touch;

  constructor(setting: Setting, looks: Looks, touch: Touch) {
    this.#setting = setting;
    this.#looks = looks;
    this.#touch = touch;
  }

  moves(world: World): readonly Move[] {
    return controllerNames.flatMap((name, c) => [...this.#handMoves(world, c, name), ...this.#expiry(world, c, name)]);
  }

  #handMoves(world: World, c: number, name: ControllerName): readonly Move[] {
    const hand = world.hands[c] ?? idle;
    switch (hand.at) {
      case "idle":
        return this.#setting.locks.flatMap((_paths, i) => this.#looks.begin(world, i)).map((decision) => this.#decided(world, c, decision));
      case "looking":
        return this.#looks.goOn(world, hand).map((decision) => this.#decided(world, c, decision));
      case "acting":
        return [this.#commit(world, hand, { c, name })];
      case "telling":
        return this.#tell(world, c, hand);
    }
  }

  #decided(world: World, c: number, { hand, text }: Decision): Move {
    return { world: { ...world, hands: world.hands.with(c, hand) }, fault: false, text: `${controllerNames[c]} ${text}`, wrong: undefined };
  }

  #commit(world: World, hand: Acting, { c, name }: { readonly c: number; readonly name: ControllerName }): Move {
    const text = `${name} carries out: ${hand.effect.do} of ${hand.run}`;
    return (
      this.#change(world, hand, { c, name, text }) ?? {
        world: { ...world, hands: world.hands.with(c, this.#toTell(hand)) },
        fault: false,
        text: `${text}, which is refused`,
        wrong: undefined,
      }
    );
  }

  #change(
    world: World,
    hand: Acting,
    { c, name, text }: { readonly c: number; readonly name: ControllerName; readonly text: string },
  ): Move | undefined {
    const { effect, run } = hand;
    const others = world.hands.with(c, this.#toTell(hand));
    if (effect.ops !== undefined) {
      const applied = this.#applied[name](world.znodes, effect.ops);
      return (
        applied && {
          world: { ...world, znodes: applied.znodes, hands: this.#touch(others, applied.touched) },
          fault: false,
          text,
          wrong: undefined,
        }
      );
    }
    if (effect.do === "evict") {
      const after = evicted(world, effect.pod ?? "");
      return after && { world: { ...after, hands: others }, fault: false, text: `${text} (${effect.pod})`, wrong: undefined };
    }
    const i = runNames.indexOf(run);
    const kube = world.kubes[i];
    const changed = kube === undefined ? undefined : this.#carryOut(kube, effect, world.hands);
    if (changed === undefined) return undefined;
    const hands = this.#touch(others, { [run]: changed.touched });
    return { world: { ...world, kubes: world.kubes.with(i, changed.kube), hands }, fault: false, text, wrong: changed.wrong };
  }

  readonly #toTell = remembered(({ run, tell, effect }: Acting): Hand => inHand(run, { effect: undefined, tell, what: effect.do }));

  readonly #appliedBy = (name: ControllerName) =>
    rememberedBy((znodes: Znodes, ops: readonly Op[]): Applied | undefined => apply(znodes, ops, name, this.#setting.shortcut));
  readonly #applied = { c0: this.#appliedBy("c0"), c1: this.#appliedBy("c1") };

  #carryOut(kube: Kube, effect: Effect, hands: readonly Hand[]): Changed | undefined {
    return effect.do === "create Job" ? carryOut(kube, effect, this.#setting, hands) : this.#carriedOut(kube, effect);
  }

  readonly #carriedOut = rememberedBy((kube: Kube, effect: Effect) => carryOut(kube, effect, this.#setting, []));
  readonly #written = rememberedBy((kube: Kube, status: Status) => written(kube, status));

  #tell(world: World, c: number, { run, what, tell }: Telling): readonly Move[] {
    const i = runNames.indexOf(run);
    const kube = world.kubes[i];
    if (kube === undefined) return [];
    const { kube: after, touched, wrong } = this.#written(kube, tell);
    const hands = this.#touch(world.hands.with(c, idle), { [run]: touched });
    const name = controllerNames[c];
    return [
      {
        world: { ...world, kubes: world.kubes.with(i, after), hands },
        fault: false,
        text: `${name} writes to status: ${what} of ${run}`,
        wrong,
      },
      {
        world: { ...world, hands: world.hands.with(c, idle) },
        fault: true,
        text: `${name} crashes before it writes to status`,
        wrong: undefined,
      },
    ];
  }

  #expiry(world: World, c: number, name: ControllerName): readonly Move[] {
    if (world.rest.expiries === 0) return [];
    const { znodes, touched } = withoutSession(world.znodes, name);
    const own = world.hands[c] ?? idle;
    // A transaction that was not carried out dies with its session.
    const lost = own.at === "acting" && own.effect.ops !== undefined ? this.#toTell(own) : own;
    if (znodes === world.znodes && lost === own) return [];
    const hands = this.#touch(world.hands.with(c, lost), touched);
    const rest = { ...world.rest, expiries: world.rest.expiries - 1 };
    return [{ world: { ...world, znodes, hands, rest }, fault: true, text: `the session of ${name} expires`, wrong: undefined }];
  }
}
