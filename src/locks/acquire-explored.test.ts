// Takers of one or several locks, in every dialect, whose requests, answers and watches come in any order; sessions expire, answers are
// lost, people delete places in line, takers give up, empty parents vanish. Whatever the order: nobody is beside a writer, and everybody gets his locks.
import fc from "fast-check";
import { expect, test } from "vitest";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { TurnedSession, Turns } from "../../test/support/turned-session.ts";
import { type Dialect, dialects, type LockMode, modesOf } from "../protocol/dialects.ts";
import { recogniseLock } from "../protocol/lock-recognition.ts";
import { acquireLocks, type HeldLocks } from "./acquire.ts";

const paths = ["/l/p", "/l/q", "/l/r"];

interface Wish {
  readonly paths: readonly string[];
  readonly mode: LockMode;
}

let uuids = 0;
const uuid = () => `1ab0458d-ab17-43e2-b6d5-${String(++uuids).padStart(12, "0")}`;

/** Takes its locks again and again: after each loss in a new session. */
class Taker {
  readonly wish: Wish;
  session: MemorySession;
  locks: HeldLocks | undefined;
  taken = 0;
  giveUp = new AbortController();
  readonly #explored: Explored;

  constructor(explored: Explored, wish: Wish) {
    this.wish = wish;
    this.#explored = explored;
    this.session = new MemorySession(explored.zookeeper);
  }

  async work(rounds: number): Promise<void> {
    while (this.taken < rounds) {
      if (this.session.state !== "connected") this.session = new MemorySession(this.#explored.zookeeper);
      this.giveUp = new AbortController();
      await this.#round(this.#explored.turns);
    }
  }

  async #round(turns: Turns): Promise<void> {
    const { dialect } = this.#explored;
    const turned = new TurnedSession(this.session, turns);
    const request = { ...this.wish, dialect, owner: "", uuid, clock: turns.clock, signal: this.giveUp.signal };
    const acquisition = await acquireLocks(turned, request);
    if (acquisition.kind !== "held") return;
    this.locks = acquisition.locks;
    await turns.turn();
    if (acquisition.locks.isHeld()) this.taken++;
    this.locks = undefined;
    await acquisition.locks.release();
  }

  get isInside(): boolean {
    return this.locks?.isHeld() ?? false;
  }
}

class Explored {
  readonly zookeeper = new MemoryZooKeeper();
  readonly turns = new Turns();
  readonly dialect: Dialect;
  readonly takers: readonly Taker[];

  constructor(dialect: Dialect, wishes: readonly Wish[]) {
    this.dialect = dialect;
    this.takers = wishes.map(({ paths, mode }) => new Taker(this, { paths, mode: modesOf(dialect).includes(mode) ? mode : "write" }));
  }

  check(): void {
    const inside = this.takers.filter((taker) => taker.isInside);
    for (const path of paths) {
      const here = inside.filter(({ wish }) => wish.paths.includes(path));
      const modes = here.map(({ wish }) => wish.mode);
      expect(modes.length < 2 || modes.every((mode) => mode === "read"), `${modes} hold ${path}`).toBe(true);
    }
  }

  /** Somebody deletes the place in line, or the lease, of one who waits. Of one who was let in, and cannot know yet, would be another story. */
  async deletePlace(index: number): Promise<void> {
    const waiting = paths.flatMap((path) => {
      const at = (folder: string) => this.zookeeper.childrenOf(this.zookeeper.tree, path + folder);
      const { members } = recogniseLock(path, { own: at(""), locks: at("/locks"), leases: at("/leases") });
      return members.filter(({ ahead }) => ahead.length > 0).map((member) => `${path}/${member.path}`);
    });
    const place = waiting[index % Math.max(1, waiting.length)];
    if (place !== undefined) await new MemorySession(this.zookeeper).remove(place, -1);
  }

  /** As the servers do with containers: what is empty goes. */
  async collect(): Promise<void> {
    const collector = new MemorySession(this.zookeeper);
    for (const path of paths.flatMap((path) => [`${path}/locks`, `${path}/leases`, path])) {
      if (this.zookeeper.tree.has(path) && this.zookeeper.childrenOf(this.zookeeper.tree, path).length === 0)
        await collector.remove(path, -1);
    }
  }
}

type Act = "turn" | "lose reply" | "expire" | "delete" | "give up" | "collect";
const act = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Act>("turn") },
  { weight: 2, arbitrary: fc.constantFrom<Act>("lose reply", "expire", "delete", "delete", "give up", "collect", "collect") },
);
const step = fc.tuple(act, fc.nat(11));
const wish = fc.record({ paths: fc.shuffledSubarray(paths, { minLength: 1 }), mode: fc.constantFrom<LockMode>("read", "write") });

async function one(explored: Explored, [act, index]: readonly [Act, number]): Promise<void> {
  const taker = explored.takers[index % explored.takers.length];
  if (act === "lose reply") taker?.session.loseNextReply();
  if (act === "expire") taker?.session.expire();
  if (act === "give up") taker?.giveUp.abort();
  if (act === "collect") await explored.collect();
  if (act === "delete") await explored.deletePlace(index);
  await explored.turns.give(index);
}

test.each(dialects)("in %s nobody is ever beside a writer, and in the end everybody has had his locks", async (dialect) => {
  let rounds = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(wish, { minLength: 2, maxLength: 4 }),
      fc.array(step, { maxLength: 400, size: "max" }),
      async (wishes, steps) => {
        const explored = new Explored(dialect, wishes);
        const works = explored.takers.map((taker) => taker.work(2));
        const all = Promise.all(works).then(() => "done" as const);
        for (const each of steps) {
          await one(explored, each);
          explored.check();
        }
        while (explored.turns.pending > 0) {
          await explored.turns.give(0);
          explored.check();
        }
        const waiting = explored.takers.filter(({ taken }) => taken < 2).map(({ wish }) => wish);
        expect(waiting, "nothing more will happen, and these wait").toEqual([]);
        expect(await all).toBe("done");
        expect([...explored.zookeeper.tree].filter(([, { owner }]) => owner !== undefined).map(([path]) => path)).toEqual([]);
        rounds += explored.takers.length * 2;
      },
    ),
    { numRuns: 60, interruptAfterTimeLimit: 15_000 },
  );
  expect(rounds).toBeGreaterThan(50);
});
