// The demo itself: processors at work, a run asked for as a user would, the pause, the Job, the processors back at work. Decides
// nothing: it waits for what should come, and gathers the evidence whatever came.
import { runRequestAnnotation } from "../src/crds/meta.ts";
import { messageOf } from "../src/shared/errors.ts";
import { drainMs } from "./drain.ts";
import { countNow, jobIntervalOf, recordsOf } from "./evidence.ts";
import type { Look } from "./look.ts";
import { namespace, replicas, windowName } from "./manifests.ts";
import type { Screen } from "./screen.ts";
import { countBetween } from "./server-count.ts";
import type { Stage } from "./stage.ts";
import type { Findings } from "./summary.ts";
import { judge, type ServerCount } from "./verdict.ts";
import { NeverCame, type Watch } from "./watch.ts";

export interface Telling {
  readonly stage: Stage;
  readonly watch: Watch;
  readonly screen: Screen;
  readonly control: boolean;
}

const readyMs = 120_000;
const jobMs = 180_000;
const backMs = 60_000;
/** About half a second of work of every processor. */
const countedEvents = 500;
const eventsAfter = 300;

/** Throws where the story could not even begin. */
export async function tell(telling: Telling): Promise<Findings> {
  const { stage, watch, screen, control } = telling;
  await watch.ignoreEarlierJobs();
  const first = await watch.until("processors at work and an accepted window", readyMs, (seen) => isAtWork(seen, control));
  const server = await countServer(telling, first);
  const never = await run(telling, first).catch((error: unknown) => {
    if (error instanceof NeverCame) return error.message;
    throw error;
  });
  const last = await watch.look();
  const [job, processors] = await Promise.all([
    jobIntervalOf(stage.kubectl, last.jobPods),
    recordsOf(stage.kubectl, first, (line) => screen.line(line)),
  ]);
  const judged = judge({ job, processors, expectedProcessors: replicas, server });
  const reasons = never === undefined ? judged.reasons : [never, ...judged.reasons];
  const gates = [...last.stats.values()].map((stats) => stats.transitions);
  const drain = job.startNs === undefined ? undefined : drainMs(gates, job.startNs);
  return { verdict: { ...judged, pass: reasons.length === 0, reasons }, control, drainMs: drain, server, token: job.token };
}

/** Asks for a run now and waits until it is over and the processors are back. */
async function run({ stage, watch, screen, control }: Telling, first: Look): Promise<undefined> {
  const before = first.window?.status?.history?.[0]?.id;
  const request = `--namespace ${namespace} annotate exclusivewindow/${windowName} ${runRequestAnnotation}=${new Date().toISOString()} --overwrite`;
  screen.line(`$ kubectl ${request}`);
  await stage.kubectl.run(request.split(" "));
  const isRecorded = (seen: Look) => seen.window?.status?.history?.[0]?.id !== before;
  const ended = await watch.until("the end of the Job", jobMs, (seen) => hasEnded(seen) || isRecorded(seen));
  const isBack = (seen: Look) => areBack(ended, seen, control) && isRecorded(seen) && seen.window?.status?.run === undefined;
  await watch.until("the processors' return and the end of the run", backMs, isBack);
}

function isAtWork(seen: Look, control: boolean): boolean {
  const stats = [...seen.stats.values()];
  const accepted = seen.window?.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
  return (
    accepted &&
    seen.pods.length === replicas &&
    stats.length === replicas &&
    stats.every((s) => s.state === "open" && s.obeysGate !== control && s.eventsPerSecond > 0)
  );
}

function hasEnded({ jobPods }: Look): boolean {
  return jobPods.length > 0 && jobPods.every((pod) => pod.status.phase === "Succeeded" || pod.status.phase === "Failed");
}

/** Each processor has an open gate and has handled some events more than when the Job was seen to have ended. */
function areBack(ended: Look, seen: Look, control: boolean): boolean {
  return [...ended.stats].every(([pod, then]) => {
    const now = seen.stats.get(pod);
    return now !== undefined && (control || now.state === "open") && now.events >= then.events + eventsAfter;
  });
}

/** Compares counters over a stretch of work; undefined, with the reason shown, where they cannot be compared. */
async function countServer({ stage, watch, screen }: Telling, first: Look): Promise<ServerCount | undefined> {
  try {
    const from = await countNow(stage, first.pods);
    const enough = (seen: Look) =>
      first.pods.every(
        ({ metadata }) => (seen.stats.get(metadata.name)?.events ?? 0) >= (first.stats.get(metadata.name)?.events ?? 0) + countedEvents,
      );
    await watch.until("events to count by", readyMs, enough);
    return countBetween(from, await countNow(stage, first.pods));
  } catch (error) {
    screen.line(`ZooKeeper's counters: ${messageOf(error)}`);
    return undefined;
  }
}
