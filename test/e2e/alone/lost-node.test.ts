// A node falls silent while Pods of Jobs work on it: they may work on for all that anybody knows, so nobody is let in beside them.
import { expect, test } from "vitest";
import type { RunRecord } from "../../../src/crds/status.ts";
import type { Crowd } from "../support/crowd.ts";
import { scripts } from "../support/job-scripts.ts";
import { useStage } from "../support/stage.ts";
import { until } from "../support/until.ts";

const stage = useStage();

interface Running {
  readonly name: string;
  readonly processors: Crowd;
  readonly run: RunRecord;
  readonly pod: string;
  /** The znodes that keep everybody else out. */
  readonly standing: readonly string[];
}

async function running(name: string): Promise<Running> {
  const { crowd, windows, logs, locks } = stage();
  const processors = await crowd(name);
  await windows.make(name, scripts.untilTold());
  await windows.runNow(name);
  const run = await windows.run(name, "has started its Job", ({ steps }) => steps.jobStartTime !== undefined);
  const [log] = await logs.begun(run.jobName);
  return { name, processors, run, pod: log?.pod ?? "", standing: await locks.standing(run, processors.lockPath) };
}

async function expectHeld({ processors, run, standing }: Running, events: number): Promise<void> {
  expect(standing).toHaveLength(3);
  expect(await stage().locks.standing(run, processors.lockPath)).toEqual(standing);
  expect(processors.handled).toBe(events);
}

async function isUnreachable({ name }: Running): Promise<boolean> {
  return (await stage().windows.read(name)).status.conditions?.some(({ type }) => type === "PodsUnreachable") ?? false;
}

test("a lost node keeps the locks of a run that works, and of one that is given up, until it is heard of again", async () => {
  const { cluster, windows, verdict, kubectl, tell, timeForAPod } = stage();
  const [working, cancelled] = await Promise.all([running("working"), running("cancelled")]);
  const events = [working.processors.handled, cancelled.processors.handled] as const;
  const speak = await cluster.silenceNode();
  try {
    for (const lost of [working, cancelled])
      expect(await windows.condition(lost.name, "PodsUnreachable", "True", "NodeNotResponding")).toContain(`the node of ${lost.pod} `);
    await kubectl("delete", "job", cancelled.run.jobName, "--wait=false");
    await until("the controller waits for its Pod", async () => {
      const why = await windows.condition(cancelled.name, "Ready", "True", "Stopping");
      return why.endsWith(`waiting for the Job's Pods to end: ${cancelled.pod}`);
    });
    await expectHeld(working, events[0]);
    await expectHeld(cancelled, events[1]);
  } finally {
    await speak();
    await timeForAPod(); // Whatever becomes of this story, the next one needs the node.
  }
  expect(await windows.ended(cancelled.name)).toMatchObject({ id: cancelled.run.id, result: "JobDeleted" });
  expect(await verdict(cancelled.run, cancelled.processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
  await until("the node is heard of again", async () => !(await isUnreachable(working)));
  await expectHeld(working, events[0]);
  await tell(working.pod, "succeed");
  expect(await windows.ended(working.name)).toMatchObject({ id: working.run.id, result: "Succeeded" });
  expect(await verdict(working.run, working.processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
});
