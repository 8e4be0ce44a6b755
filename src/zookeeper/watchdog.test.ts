import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { Watchdog } from "./watchdog.ts";

/** A watchdog with a timeout of 6 s (a beat each second) whose heartbeats the test answers. */
function aWatchdog() {
  const clock = manualClock();
  const answers: (() => void)[] = [];
  const said: string[] = [];
  const dog = new Watchdog(clock, {
    beat: (answered) => void answers.push(answered),
    silent: (why) => void said.push(`silent at ${clock.monotonic()}: ${why}`),
    over: (why) => void said.push(`over at ${clock.monotonic()}: ${why}`),
  });
  dog.connected(6_000, 0);
  return { clock, dog, answers, said };
}

test("a beat goes out every sixth of the timeout, and the lease counts from the instant an answered one was sent", async () => {
  const { clock, dog, answers, said } = aWatchdog();
  expect([answers.length, dog.leaseEnd]).toEqual([1, 4_000]);
  await clock.advance(500);
  answers[0]?.();
  expect([answers.length, dog.leaseEnd]).toEqual([1, 4_000]);
  await clock.advance(500);
  expect(answers.length).toBe(2);
  await clock.advance(700);
  answers[1]?.();
  expect(dog.leaseEnd).toBe(1_000 + 4_000);
  await clock.advance(300);
  expect([answers.length, said]).toEqual([3, []]);
});

test("a beat without an answer for a third of the timeout is reported, before the lease ends", async () => {
  const { clock, dog, answers, said } = aWatchdog();
  answers[0]?.();
  await clock.advance(2_999);
  expect(said).toEqual([]);
  await clock.advance(1);
  expect(said).toEqual(["silent at 3000: no answer for 3000 ms"]);
  expect(dog.leaseEnd).toBe(4_000);
});

test("a session whose connection does not come back is over when the whole timeout has passed", async () => {
  const { clock, dog, said } = aWatchdog();
  dog.disconnected();
  await clock.advance(5_999);
  expect([dog.verdict(), said]).toEqual(["doubtful", []]);
  await clock.advance(1);
  expect([dog.verdict(), said]).toEqual(["over", ["over at 6000: no answer for 6000 ms, the session's whole timeout"]]);
});

test("a handshake renews the lease from when it was sent, and an older one does not shorten it", async () => {
  const { clock, dog } = aWatchdog();
  dog.disconnected();
  await clock.advance(3_000);
  dog.connected(6_000, 2_500);
  expect(dog.leaseEnd).toBe(6_500);
  dog.connected(6_000, 1_000);
  expect(dog.leaseEnd).toBe(6_500);
});

test("an answer that comes when the lease has ended revives nothing", () => {
  let now = 0;
  const answers: (() => void)[] = [];
  const said: string[] = [];
  const stopped = { now: () => 0, monotonic: () => now, after: () => () => undefined }; // as if the process had stood still
  const dog = new Watchdog(stopped, {
    beat: (a) => void answers.push(a),
    silent: () => void said.push("silent"),
    over: () => void said.push("over"),
  });
  dog.connected(6_000, 0);
  now = 4_000;
  expect(dog.verdict()).toBe("doubtful");
  answers[0]?.();
  expect([dog.leaseEnd, said]).toEqual([4_000, ["silent"]]);
  now = 6_000;
  answers[0]?.();
  expect([dog.leaseEnd, said]).toEqual([4_000, ["silent", "over"]]);
});

test("the answer to a beat of an earlier connection says nothing of this one", async () => {
  const { clock, dog, answers } = aWatchdog();
  await clock.advance(100);
  dog.disconnected();
  dog.connected(6_000, 100);
  await clock.advance(1_900);
  answers[0]?.();
  await clock.advance(100);
  expect(answers.length).toBe(2);
});

test("stopped, it has no timer left", () => {
  const { clock, dog } = aWatchdog();
  dog.stop();
  expect(clock.waiting).toBe(0);
});
