// Runs the groups of stages in their order and keeps the time of each stage.
import { elapsedText, type StartProgress, silentProgress } from "../progress.ts";
import { oneFailure } from "./counts.ts";
import type { Stage, StageContext, StageGroup, StageRecord } from "./stage.ts";

/** Stops after the first group in which a stage failed; answers what was run, in the order in which it ended. */
export async function runGroups(
  groups: readonly StageGroup[],
  context: StageContext,
  start: StartProgress,
): Promise<readonly StageRecord[]> {
  const records: StageRecord[] = [];
  for (const group of groups) {
    const of = await runGroup(group, context, start);
    records.push(...of);
    if (context.signal.aborted || of.some(({ passed }) => !passed)) break;
  }
  return records;
}

async function runGroup(group: StageGroup, context: StageContext, start: StartProgress): Promise<readonly StageRecord[]> {
  const waiting = [...group.stages];
  const running = new Set<string>();
  const records: StageRecord[] = [];
  const progress = (group.stages.some(speaks) ? silentProgress : start)(group.name);
  const worker = async () => {
    for (let stage = waiting.shift(); stage !== undefined && !context.signal.aborted; stage = waiting.shift()) {
      running.add(stage.name);
      progress.update([...running].join(", "));
      records.push(await runStage(stage, context));
      running.delete(stage.name);
      progress.update([...running].join(", "));
    }
  };
  await Promise.all(Array.from({ length: group.atOnce }, worker));
  const failed = records.filter(({ passed }) => !passed).map(({ name }) => name);
  if (failed.length === 0) progress.done();
  else progress.fail(failed.join(", "));
  return records;
}

/** Two live displays would fight; in a log, a long test of vitest's would leave minutes of silence. */
function speaks({ showsItself }: Stage): boolean {
  return showsItself === "always" || (showsItself === "on-terminal" && process.stdout.isTTY);
}

async function runStage(stage: Stage, context: StageContext): Promise<StageRecord> {
  const startedAt = performance.now();
  const outcome = await stage.run(context).catch((error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    return { passed: false, counts: oneFailure };
  });
  return { name: stage.name, ms: performance.now() - startedAt, ...outcome };
}

/** One line a stage: its name, what came of it, its time. */
export function timeTable(records: readonly StageRecord[], all: readonly string[]): string {
  const width = Math.max(5, ...all.map((name) => name.length));
  const ran = records.map(
    ({ name, passed, ms }) => `${name.padEnd(width)}  ${passed ? "ok    " : "FAILED"}  ${elapsedText(ms).padStart(12)}`,
  );
  const notRun = all.filter((name) => !records.some((record) => record.name === name)).map((name) => `${name.padEnd(width)}  not run`);
  return [...ran, ...notRun].join("\n");
}
