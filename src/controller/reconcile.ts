// READ THIS FIRST. One pass over one window: look, decide one thing, do it, tell it, look again.
// Level-triggered: nothing is remembered between passes but what status and the two clusters hold, so a crash between any two
// lines is just another observation for the next pass.
import { parseWindow, unreadableRun, type Window } from "../crds/parse.ts";
import { mustCount } from "../report/participants.ts";
import { report } from "../report/report.ts";
import type { Outcome } from "../window/action.ts";
import { type Decided, decide } from "../window/decide.ts";
import { earliest } from "../window/waiting.ts";
import { watchRun } from "../zookeeper/watch-run.ts";
import type { Accept } from "./acceptance.ts";
import { act } from "./act.ts";
import { type Hands, keyOf } from "./hands.ts";
import { type Look, observe } from "./observe.ts";
import type { Counted, Participants } from "./participants.ts";
import { publish } from "./publish.ts";
import { hold, refuse } from "./refuse.ts";

export type Reconcile = (key: string) => Promise<number | undefined>;

/** What did not work is tried again after this. */
const RETRY_MS = 1000;
/** What had changed since the look is looked at again after this: others are at work. */
const STALE_MS = 100;

export function createReconcile(hands: Hands, accept: Accept, participants: Participants): Reconcile {
  return async (key) => {
    const [namespace = "", name = ""] = key.split("/");
    const found = await hands.kube.windows.get(namespace, name);
    if (found === undefined) return undefined; // What it may have left behind is the sweep's.
    const parsed = parseWindow(found);
    if (parsed.kind === "invalid") return refuse(parsed, hands);
    const unreadable = unreadableRun(parsed);
    return unreadable === undefined ? pass(parsed.window, { hands, accept, participants }) : hold(parsed.window, unreadable, hands);
  };
}

interface With {
  readonly hands: Hands;
  readonly accept: Accept;
  readonly participants: Participants;
}

async function pass(window: Window, { hands, accept, participants }: With): Promise<number | undefined> {
  const look = await observe(window, { accept, participants }, hands);
  if (look === undefined) return hands.clock.now() + STALE_MS;
  const decided = decide(look.observed);
  const outcome = await act(decided.action, look, hands);
  const counted = await count(look, decided, participants);
  const said = report(look.observed, decided, outcome, counted.facts);
  const told = await publish(window, said, hands);
  hands.metrics.passed(decided.situation.at, outcome.kind);
  logOutcome(window, decided.action.do, outcome, hands);
  if (outcome.kind === "failed") return hands.clock.now() + RETRY_MS;
  if (outcome.kind === "stale" || told === "stale") return hands.clock.now() + STALE_MS;
  if (decided.action.do !== "nothing") return hands.clock.now();
  await watch(look, hands);
  return earliest(decided.wakeAt, counted.againAt);
}

/** Those who take part, for telling: after the effect, which must not wait for them. */
async function count({ window, observed }: Look, decided: Decided, participants: Participants): Promise<Counted> {
  if (observed.participants.kind !== "not asked") return { facts: observed.participants, againAt: undefined };
  return participants.inTime(window, mustCount(observed, decided));
}

function logOutcome({ namespace, name }: Window, effect: string, outcome: Outcome, { log }: Hands): void {
  if (outcome.kind === "failed") log.warn(`${effect} did not work: ${outcome.message}`, { namespace, name });
  if (outcome.kind === "stale") log.info(`${effect} was not done: ${outcome.message}`, { namespace, name });
}

/** While a run waits, ZooKeeper tells of the nodes that matter to it; if that cannot be asked for, the wake time will do. */
async function watch({ window, locks }: Look, hands: Hands): Promise<void> {
  if (locks === undefined) return;
  const key = keyOf(window);
  await watchRun(locks.session, locks.identity, locks.look, () => hands.wake(key)).catch(() => hands.wake(key));
}
