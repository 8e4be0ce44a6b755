import { afterEach, describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { createQueue, type Queue, type Work } from "./queue.ts";

const clock = manualClock();
const queues: Queue[] = [];

function aQueue(work: Work, workers = 2): { queue: Queue; errors: unknown[]; steps: number[] } {
  const errors: unknown[] = [];
  const steps: number[] = [];
  const onError = (_key: string, error: unknown) => errors.push(error);
  const queue = createQueue({ work, clock, random: () => 1, workers, onError, onClockStep: (ms) => steps.push(ms) });
  queues.push(queue);
  return { queue, errors, steps };
}

afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.stop();
  expect(clock.waiting).toBe(0);
});

/** Work that ends when it is told to. */
function heldWork(): { work: Work; started: string[]; end(): Promise<void> } {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  return {
    started,
    work: (key) => {
      started.push(key);
      return new Promise((resolve) => ends.push(() => resolve(undefined)));
    },
    async end() {
      for (const end of ends.splice(0)) end();
      await clock.advance(0);
    },
  };
}

describe("the queue", () => {
  test("works on a key once, however often it was added meanwhile", async () => {
    const { work, started, end } = heldWork();
    const { queue } = aQueue(work, 1);
    queue.add("a");
    queue.add("b");
    queue.add("b");
    await end();
    await end();
    expect(started).toEqual(["a", "b"]);
  });

  test("never works on a key twice at once, and works on it again when it was added meanwhile", async () => {
    const { work, started, end } = heldWork();
    const { queue } = aQueue(work, 2);
    queue.add("a");
    queue.add("a");
    await clock.advance(0);
    expect(started).toEqual(["a"]);
    await end();
    expect(started).toEqual(["a", "a"]);
    await end();
  });

  test("works on as many keys at once as it has workers", async () => {
    const { work, started, end } = heldWork();
    const { queue } = aQueue(work, 2);
    for (const key of ["a", "b", "c"]) queue.add(key);
    await clock.advance(0);
    expect(started).toEqual(["a", "b"]);
    expect(queue.depth).toBe(1);
    await end();
    await end();
    expect(started).toEqual(["a", "b", "c"]);
  });

  test("looks again at the instant that the work asked for, and at the earlier one of two", async () => {
    let passes = 0;
    const { queue } = aQueue(async () => (++passes === 1 ? clock.now() + 5000 : undefined));
    queue.add("a");
    await clock.advance(4999);
    expect(passes).toBe(1);
    await clock.advance(1);
    expect(passes).toBe(2);
    queue.addAt("a", clock.now() + 9000);
    queue.addAt("a", clock.now() + 1000);
    await clock.advance(1000);
    expect(passes).toBe(3);
    await clock.advance(20_000);
    expect(passes).toBe(3);
  });

  test("forgets with each pass when it was to look before", async () => {
    let passes = 0;
    const { queue } = aQueue(async () => {
      passes += 1;
      return undefined;
    });
    queue.addAt("a", clock.now() + 5000);
    queue.add("a");
    await clock.advance(20_000);
    expect(passes).toBe(1);
  });

  test("tries a failed key again, later each time, and starts over after a success", async () => {
    let failing = true;
    const at: number[] = [];
    const { queue, errors } = aQueue(async () => {
      at.push(clock.monotonic());
      if (failing) throw new Error("no");
      return undefined;
    });
    queue.add("a");
    await clock.advance(100 + 200 + 400);
    expect(errors).toHaveLength(4);
    expect(at.slice(1).map((t, i) => t - (at[i] ?? 0))).toEqual([100, 200, 400]);
    failing = false;
    await clock.advance(800);
    failing = true;
    queue.add("a");
    await clock.advance(100);
    expect((at.at(-1) ?? 0) - (at.at(-2) ?? 0)).toBe(100);
  });

  test("takes no work after it was stopped, and stops once what is under way has ended", async () => {
    const { work, started, end } = heldWork();
    const { queue } = aQueue(work);
    queue.add("a");
    let stopped = false;
    const stop = queue.stop().then(() => {
      stopped = true;
    });
    queue.add("b");
    await clock.advance(0);
    expect(stopped).toBe(false);
    await end();
    await stop;
    expect(started).toEqual(["a"]);
  });

  test("works on every key that waits when the wall clock is set back, and on one whose pass was under way", async () => {
    const { work: held, started, end } = heldWork();
    const worked: string[] = [];
    const { queue, steps } = aQueue((key) => {
      if (key === "under way") return held(key);
      worked.push(key);
      return Promise.resolve(undefined);
    });
    queue.addAt("soon", clock.now() + 60_000);
    queue.addAt("late", clock.now() + 86_400_000);
    queue.add("under way");
    await clock.advance(60_000 - 5_000);
    expect(worked).toEqual([]);
    clock.step(-3_600_000);
    await clock.advance(5_000);
    expect([worked, steps]).toEqual([["soon", "late"], [-3_600_000]]);
    await end();
    expect(started).toEqual(["under way", "under way"]);
    await end();
    expect(started).toHaveLength(2);
  });

  test("waits for 10,000 keys with one timer", async () => {
    let passes = 0;
    const { queue } = aQueue(async () => {
      passes += 1;
      return passes <= 10_000 ? clock.now() + 3_600_000 : undefined;
    }, 5);
    for (let i = 0; i < 10_000; i++) queue.add(`orders/window-${i}`);
    await clock.advance(0);
    expect([passes, queue.depth, clock.waiting]).toEqual([10_000, 0, 1]);
    await clock.advance(3_600_000);
    expect([passes, queue.depth, clock.waiting]).toEqual([20_000, 0, 0]);
  });
});
