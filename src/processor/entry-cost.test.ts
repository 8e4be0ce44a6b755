// What passing an open gate costs, beside a mutex in memory. The times are for people to read: no time decides a test.
import { expect, test } from "vitest";
import { aGate } from "../../test/support/memory-gate.ts";
import { systemClock } from "../shared/clock.ts";

const rounds = 200_000;

/** Nanoseconds for one round, the best of five. */
async function cost(round: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 5; turn++) {
    const from = process.hrtime.bigint();
    for (let i = 0; i < rounds; i++) {
      const done = round();
      if (done instanceof Promise) await done;
    }
    best = Math.min(best, Number(process.hrtime.bigint() - from) / rounds);
  }
  return best;
}

/** The least that a lock between asynchronous callers of one process can be: each waits for the one before. */
function aMutex() {
  let last = Promise.resolve();
  return async (work: () => unknown) => {
    const before = last;
    let release = () => {};
    last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      return await work();
    } finally {
      release();
    }
  };
}

test("passing an open gate sends nothing and counts each event", async () => {
  const { gate } = await aGate({ clock: { ...systemClock, after: () => () => undefined } });
  expect(gate.state).toBe("open");
  const requests = gate.sent.requests;
  const work = () => undefined;
  const mutex = aMutex();
  const costs = {
    "tryEnter and leave": await cost(() => {
      if (gate.tryEnter()) gate.leave();
    }),
    "run, of work that is done at once": await cost(() => gate.run(work)),
    "enter and leave": await cost(async () => (await gate.enter()).leave()),
    "a mutex in memory, for comparison": await cost(() => mutex(work)),
    "an asynchronous call, for comparison": await cost(async () => work()),
  };
  for (const [what, ns] of Object.entries(costs)) console.info(`${what}: ${ns.toFixed(0)} ns`);
  expect(gate.counters).toMatchObject({ entered: 3 * 5 * rounds, refused: 0, waited: 0 });
  expect([gate.sent.requests, gate.inFlight]).toEqual([requests, 0]);
});
