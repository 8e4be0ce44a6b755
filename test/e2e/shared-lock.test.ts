// Windows that share a lock path run one after the other, first come first served, and no processor works in between.
import { expect, test } from "vitest";
import { scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";

const stage = useStage();

test("windows on one lock path run in the order in which they queued, in one pause", async () => {
  const { crowd, windows, verdict, logs, tell } = stage();
  const processors = await crowd("shared");
  const locks = [{ path: processors.lockPath }];
  const names = ["first", "second", "third"];
  for (const name of names) await windows.make(name, scripts.untilTold(), { locks });
  for (const name of names) {
    await windows.runNow(name);
    await windows.run(name, "has queued", ({ steps }) => steps.queuedTime !== undefined);
    if (name !== "first")
      expect(await windows.condition(name, "Ready", "True", "Queued")).toMatch(/another window is ahead; .*\/first run /);
  }
  for (const [i, name] of names.entries()) {
    const { jobName } = await windows.run(name, "has let its Job go", ({ steps }) => steps.unsuspendTime !== undefined);
    for (const later of names.slice(i + 1)) expect((await windows.read(later)).status.run?.steps.exclusiveTime).toBeUndefined();
    const [log] = await logs.begun(jobName);
    await tell(log?.pod ?? "", "succeed");
  }
  const runs = await Promise.all(names.map((name) => windows.ended(name)));
  for (const run of runs) {
    expect(run.result).toBe("Succeeded");
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
  }
  const intervals = (await Promise.all(runs.map(({ jobName }) => logs.intervals(jobName)))).flat();
  const starts = intervals.map(({ start }) => start);
  expect(starts).toEqual(starts.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(intervals.slice(1).every(({ start }, i) => start > (intervals[i]?.end ?? 0n))).toBe(true);
  expect(processors.during([{ start: starts[0] ?? 0n, end: intervals.at(-1)?.end ?? 0n }])).toBe(0);
  const tokens = runs.map(({ fencingToken = "0" }) => BigInt(fencingToken));
  expect(tokens).toEqual(tokens.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(tokens).size).toBe(3);
});
