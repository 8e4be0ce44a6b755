// Three kinds of processors take part in the same windows: on the library, on unmodified Apache Curator, and in Python beside the
// sidecar. Judged by the records of all of them, on the one clock that they share with the Jobs.
import { beforeAll, expect, test } from "vitest";
import type { Handled } from "../support/foreign-processor.ts";
import type { Interval } from "./support/crowd.ts";
import { scripts } from "./support/job-scripts.ts";
import { deployKinds, kinds, loadForeignImages, type Processors } from "./support/kinds.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();
let processors: Processors;

beforeAll(async () => {
  const { cluster, windows, zookeeper } = stage();
  const lockPath = windows.lockPath("kinds");
  for (const name of ["first", "second"]) await windows.make(name, scripts.untilTold(), { locks: [{ path: lockPath }] });
  await loadForeignImages(cluster);
  processors = await deployKinds(stage(), { zookeeper: zookeeper.connectString, lockPath, windows: "first,second" });
});

test("a window names all three with their Pods, drains them, runs its Job alone, and they go on", async () => {
  const { windows, logs, tell } = stage();
  expect(await holding("first", 1)).toEqual([...kinds].sort());
  await windows.runNow("first");
  const { jobName } = await windows.run("first", "is exclusive", ({ steps }) => steps.jobStartTime !== undefined);
  const [log] = await logs.begun(jobName);
  await holding("first", 0);
  await tell(log?.pod ?? "", "succeed");
  expect((await windows.ended("first")).result).toBe("Succeeded");
  const intervals = await logs.intervals(jobName);
  await processors.work(intervals.at(-1)?.end);
  expect(await eventsIn(intervals)).toEqual({ node: 0, java: 0, python: 0 });
  expect(await holding("first", 1)).toHaveLength(3);
});

test("a second window that is queued behind the first keeps all three out too", async () => {
  const { windows, logs, tell } = stage();
  const intervals: Interval[] = [];
  const jobs: string[] = [];
  for (const name of ["first", "second"]) {
    await windows.runNow(name);
    jobs.push((await windows.run(name, "has queued", ({ steps }) => steps.queuedTime !== undefined)).jobName);
  }
  for (const jobName of jobs) {
    const [log] = await logs.begun(jobName);
    await tell(log?.pod ?? "", "succeed");
    intervals.push(...(await logs.intervals(jobName)));
  }
  for (const [name, count] of [
    ["first", 2],
    ["second", 1],
  ] as const)
    expect((await windows.ended(name, count)).result).toBe("Succeeded");
  const whole = { start: intervals[0]?.start ?? 0n, end: intervals.at(-1)?.end ?? 0n };
  await processors.work(whole.end);
  expect(await eventsIn(intervals)).toEqual({ node: 0, java: 0, python: 0 });
  // The signal stays up between the two, and all that look at it stay out; a Curator processor might use the lock, which is safe.
  expect(await eventsIn([whole])).toMatchObject({ node: 0, python: 0 });
});

/** Waits until each workload has one Pod, and so many of it hold the read lock; answers their names. */
function holding(window: string, count: number): Promise<readonly string[]> {
  return until(`${count} Pods of each kind hold the read lock`, async () => {
    const participants = (await stage().windows.read(window)).status.participants ?? [];
    const all = participants.length === kinds.length && participants.every((one) => one.pods === 1 && one.holding === count);
    return all && participants.map(({ name }) => name).sort();
  });
}

/** How many events touched any of these intervals, kind by kind. */
async function eventsIn(intervals: readonly Interval[]): Promise<Readonly<Record<string, number>>> {
  const touches = ({ start, end }: Handled) => intervals.some((interval) => start <= interval.end && end >= interval.start);
  const counts = kinds.map(async (kind) => [kind, (await processors.events(kind)).filter(touches).length] as const);
  return Object.fromEntries(await Promise.all(counts));
}
