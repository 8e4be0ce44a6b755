// The leader is killed while the Job works and another replica stands by: how long until that one does something, and what the
// processors do meanwhile. The Job ends right after the kill, so that there is something to do.
import { aCrowd } from "../e2e/support/crowd.ts";
import { scripts } from "../e2e/support/job-scripts.ts";
import type { Site } from "../e2e/support/site.ts";
import { until } from "../e2e/support/until.ts";
import type { Ground } from "./ground.ts";
import { callsIn } from "./moments.ts";

export interface LeaderKill {
  /** From the kill to the first call of the next owner, in milliseconds. */
  readonly firstActionMs: number;
  /** What that call was. */
  readonly firstAction: string;
  /** Events that touched the time between the two. */
  readonly events: number;
  readonly result: string;
}

export async function killLeader(name: string, site: Site, ground: Ground): Promise<LeaderKill> {
  const { windows, logs } = site;
  const crowd = await aCrowd({ zookeeper: ground.zookeeper.connectString, lockPath: windows.lockPath(name), eventMs: 10 });
  const leader = await site.controller(`${name}-leader`, { program: ground.programs.real });
  await until("the leader leads", () => leader.isLeading());
  const next = await site.controller(`${name}-next`, { program: ground.programs.mortal });
  await windows.make(name, scripts.untilTold());
  await crowd.working();
  await windows.runNow(name);
  const { jobName } = await windows.run(name, "has started its Job", ({ steps }) => steps.jobStartTime !== undefined);
  const [log] = await logs.begun(jobName);
  const start = process.hrtime.bigint();
  await leader.kill();
  await site.tell(log?.pod ?? "", "succeed");
  const first = await until("the next owner acts", () => callsIn(next.lines)[0]);
  const { result } = await windows.ended(name);
  await crowd.working();
  const events = crowd.during([{ start, end: first.at }]);
  await next.stop();
  await crowd.close();
  await windows.remove(name);
  return { firstActionMs: Math.round(Number(first.at - start) / 1e6), firstAction: first.names[0] ?? "", events, result };
}
