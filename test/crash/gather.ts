// Joins what was seen of one cell into one history: the processors' events, the containers' own words, ZooKeeper's log, the
// watches of the API server, and the window's status at the end.
import { defaultSignalPath, heldOf } from "../../src/protocol/paths.ts";
import type { History, RunSeen, ZnodeChange } from "../support/history/history.ts";
import { readZooKeeperLog } from "../support/zookeeper-log.ts";
import type { Played } from "./played.ts";
import { instantOf } from "./watched.ts";

type Rest = Pick<History, "unattended" | "steady" | "limits"> & { readonly startedMs: number };

export async function historyOf(played: Played, { startedMs, ...rest }: Rest): Promise<History> {
  const { site, name, crowd, watched } = played;
  const finalizers = await watched.finalizers();
  const { run, history = [] } = (await site.windows.read(name)).status;
  const past = history.map(({ id, result, jobName }) => ({ id, result, jobName }));
  const all = run === undefined ? past : [...past, { id: run.id, result: undefined, jobName: run.jobName }];
  const runs: readonly RunSeen[] = all.map(({ id, result }) => ({ id, result }));
  const { lockPath, processors } = crowd;
  const where = { lockPath, signalPath: defaultSignalPath(lockPath), installation: site.namespace };
  const logs = all.flatMap(({ id, jobName }) => site.logs.soFar(jobName).map((log) => ({ id, log })));
  return {
    ...where,
    ...rest,
    processors,
    runs,
    events: [...crowd.events],
    pods: logs.map(({ id, log }) => ({ ...log.interval, pod: log.pod, token: log.token, runId: id, jobUid: watched.jobOf(log.pod) })),
    znodes: znodesOf(where, played.ground.zookeeper.dir, startedMs),
    jobs: watched.jobs.filter(({ runId }) => runs.some(({ id }) => id === runId)),
    claims: watched.claims.filter(({ runId }) => runs.some(({ id }) => id === runId)),
    end: { at: process.hrtime.bigint(), finalizers },
  };
}

function znodesOf(
  where: Pick<History, "lockPath" | "signalPath" | "installation">,
  dir: string,
  startedMs: number,
): readonly ZnodeChange[] {
  const above = [`${where.lockPath}/`, `${heldOf(where.installation)}/`];
  const isOurs = (path: string) => path === where.signalPath || above.some((start) => path.startsWith(start));
  const [now, nowMs] = [instantOf(Date.now()), Date.now()];
  return readZooKeeperLog(dir)
    .filter(({ path, timeMs }) => timeMs >= startedMs && isOurs(path))
    .map(({ zxid, timeMs, path, change }) => ({ zxid, path, change, at: now - BigInt(nowMs - timeMs) * 1_000_000n }));
}
