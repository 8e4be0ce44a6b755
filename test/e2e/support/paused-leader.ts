// A leader with several runs on their way, each brought to another point, and then paused: where it does not just wait, the very
// request that would be next has left it and has not arrived.
import { expect } from "vitest";
import { loadKube } from "../../../src/kube/config.ts";
import { ApiLine, type LineRequest } from "../../support/api-line.ts";
import type { ControllerProcess } from "./controller-process.ts";
import type { Crowd } from "./crowd.ts";
import { scripts } from "./job-scripts.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

/** A window whose run waits for the Job, for a reader, or for an answer that is held back. */
export interface Point {
  readonly name: string;
  /** The request on whose way the leader is paused. */
  readonly isNext?: (request: LineRequest) => boolean;
}

const creates = (request: LineRequest, name: string) =>
  request.method === "POST" &&
  /\/jobs\?/.test(request.path) &&
  !request.path.includes("dryRun") &&
  request.body.includes(`"name":"${name}-`);
const patches = ({ method, path, body }: LineRequest, below: string, text: string) =>
  method === "PATCH" && path.includes(`/${below}`) && body.includes(text);
const tells = (request: LineRequest, name: string, text: string) => patches(request, `exclusivewindows/${name}/status?`, text);

export const points: readonly Point[] = [
  { name: "draining" },
  { name: "running" },
  { name: "creating", isNext: (request) => creates(request, "creating") },
  { name: "promoted", isNext: (request) => tells(request, "promoted", '"exclusiveTime"') },
  { name: "starting", isNext: (request) => patches(request, "jobs/starting-", '"suspend":false') },
  { name: "letting-go", isNext: (request) => patches(request, "pods/letting-go-", "schedulingGates") },
  { name: "releasing", isNext: (request) => tells(request, "releasing", '"result":{') },
];

export interface PausedLeader {
  readonly leader: ControllerProcess;
  readonly line: ApiLine;
  readonly crowds: ReadonlyMap<string, Crowd>;
  /** The processor that keeps the window "draining" waiting releases its read lock. */
  releaseReader(): Promise<void>;
}

/** The stage's own controller makes room for one on a line that can hold requests back. It is paused when this resolves. */
export async function pauseLeader(stage: Stage): Promise<PausedLeader> {
  const { cluster, windows, locks, logs } = stage;
  const line = await ApiLine.start(loadKube(cluster));
  await (await stage.leader()).stop();
  const way = { ...cluster, kubeconfig: line.kubeconfig, context: "line" };
  const leader = await stage.controller("paused", { cluster: way, sessionTimeoutSeconds: 60 });
  await until("the replica to be paused leads", () => leader.isLeading());
  const crowds = new Map<string, Crowd>();
  for (const { name } of points) {
    crowds.set(name, await stage.crowd(name));
    // Of "creating" no Job stays: the late create finds its name free.
    const limit = name === "creating" ? { successfulJobsHistoryLimit: 0 } : {};
    await windows.make(name, scripts.untilTold(), { drainTimeoutSeconds: 600, ...limit });
  }
  const reader = await locks.readLock(windows.lockPath("draining"), "slow-reader");
  await windows.runNow("draining");
  await windows.run("draining", "waits for the reader", ({ blockedBy = [] }) => blockedBy.join() === "read lock of slow-reader");
  for (const name of ["running", "releasing"]) {
    await windows.runNow(name);
    await logs.begun((await windows.run(name, "has let its Job go", ({ steps }) => steps.jobStartTime !== undefined)).jobName);
  }
  for (const { name, isNext } of points) {
    if (isNext === undefined) continue;
    line.holdBack(isNext);
    if (name === "releasing") await succeed(stage, name);
    else await windows.runNow(name);
    await until(`the leader has sent what comes next in ${name}`, () => line.held.some(isNext));
  }
  leader.pause();
  return { leader, line, crowds, releaseReader: () => reader.release() };
}

/** Tells the Pod of the window's active run to end well. */
export async function succeed({ windows, logs, tell }: Stage, name: string): Promise<void> {
  const { jobName } = await windows.run(name, "has let its Job go", ({ steps }) => steps.unsuspendTime !== undefined);
  const [log] = await logs.begun(jobName);
  await tell(log?.pod ?? "", "succeed");
}

/** Whether ZooKeeper knows any session that this controller ever had. */
export async function hasSession({ zookeeper }: Stage, controller: ControllerProcess): Promise<boolean> {
  const dump = await zookeeper.fourLetterWord("dump");
  const alive = [...dump.matchAll(/0x[0-9a-f]+/g)].map(([id]) => BigInt(id));
  expect(controller.sessions().length).toBeGreaterThan(0);
  return controller.sessions().some((id) => alive.includes(id));
}
