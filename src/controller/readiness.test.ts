import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { type Heeded, watchesHear } from "./readiness.ts";
import { healthPages } from "./server.ts";

const MINUTE = 60_000;
type Heard = { -readonly [K in keyof Heeded["all"][number]]: Heeded["all"][number][K] };

/** A controller with two watches, and what its /readyz says. */
async function aController() {
  const clock = manualClock();
  await clock.advance(MINUTE);
  const windows: Heard = { what: "ExclusiveWindows", lastHeardMs: clock.monotonic(), problem: undefined };
  const jobs: Heard = { what: "Jobs of runs", lastHeardMs: clock.monotonic(), problem: undefined };
  const leading = { yes: true };
  const pages = healthPages([watchesHear(() => (leading.yes ? { all: [windows, jobs] } : undefined), clock)]);
  const ready = async () => {
    const page = await pages["/readyz"]?.();
    return `${page?.status} ${page?.body.split("\n")[0]}`;
  };
  return { clock, windows, jobs, leading, ready };
}

const READY = "200 [+]watches ok";

test("a leader is ready for three minutes after each of its watches was heard, and not a moment longer", async () => {
  const { clock, ready } = await aController();
  await clock.advance(3 * MINUTE);
  expect(await ready()).toBe(READY);
  await clock.advance(1);
  expect(await ready()).toMatch(/^503 /);
});

test("one watch that heard nothing is enough, and is named with what stands in its way", async () => {
  const { clock, windows, jobs, ready } = await aController();
  await clock.advance(4 * MINUTE);
  jobs.lastHeardMs = clock.monotonic();
  expect(await ready()).toBe("503 [-]watches failed: ExclusiveWindows: nothing was heard for three minutes");
  windows.problem = "the connection broke";
  expect(await ready()).toBe("503 [-]watches failed: ExclusiveWindows: the connection broke");
});

test("a leader is ready again once each watch is heard again", async () => {
  const { clock, windows, jobs, ready } = await aController();
  await clock.advance(4 * MINUTE);
  windows.lastHeardMs = clock.monotonic();
  expect(await ready()).toMatch(/^503 /);
  jobs.lastHeardMs = clock.monotonic();
  expect(await ready()).toBe(READY);
});

test("a leader whose watches never heard anything is not ready", async () => {
  const { windows, ready } = await aController();
  windows.lastHeardMs = Number.NEGATIVE_INFINITY;
  expect(await ready()).toMatch(/^503 .*ExclusiveWindows/);
});

test("a wall clock that steps makes nobody deaf", async () => {
  const { clock, ready } = await aController();
  clock.step(60 * MINUTE);
  expect(await ready()).toBe(READY);
});

test("a standby watches nothing and is ready", async () => {
  const { clock, leading, ready } = await aController();
  leading.yes = false;
  await clock.advance(10 * MINUTE);
  expect(await ready()).toBe(READY);
});
