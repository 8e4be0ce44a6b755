import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { Bell } from "./bell.ts";

test("a bell that was rung before anybody waits is heard at once", async () => {
  const bell = new Bell();
  bell.ring();
  expect(bell.rung).toBe(true);
  await bell.wait(manualClock(), Number.POSITIVE_INFINITY);
});

test("a ring that was heard counts no more", async () => {
  const [bell, clock] = [new Bell(), manualClock()];
  bell.ring();
  bell.hear();
  let woken = false;
  const wait = bell.wait(clock, 1000).then(() => {
    woken = true;
  });
  await clock.advance(999);
  expect([woken, bell.rung]).toEqual([false, false]);
  await clock.advance(1);
  await wait;
});

test("a ring ends a wait and its timer; a second ring does no harm", async () => {
  const [bell, clock] = [new Bell(), manualClock()];
  const wait = bell.wait(clock, 1000);
  bell.ring();
  bell.ring();
  await wait;
  expect(clock.waiting).toBe(0);
});

test("a wait without end sets no timer", async () => {
  const [bell, clock] = [new Bell(), manualClock()];
  const wait = bell.wait(clock, Number.POSITIVE_INFINITY);
  expect(clock.waiting).toBe(0);
  bell.ring();
  await wait;
});
