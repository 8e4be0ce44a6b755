// `npm test`: everything that this machine can test, from the compiler to end-to-end stories in a real cluster.
// Promised: the exit code is 0 only where every stage ran and nothing failed; the last line on standard output is
// "N passed, N failed, N skipped", with a failed check or preparation counted as one failure; a cluster that was not up
// before is taken down again, after a failure and an interrupt too (unless --keep).
import { resolve } from "node:path";
import { startProgress } from "./progress.ts";
import { chosenGroups, stageGroups, stageNames } from "./stages/all.ts";
import { closingLine, oneFailure, sum } from "./stages/counts.ts";
import { parseOptions, type TestOptions } from "./stages/options.ts";
import { preparedMachine } from "./stages/preparations.ts";
import { runGroups, timeTable } from "./stages/run-groups.ts";
import type { StageGroup, StageRecord } from "./stages/stage.ts";

const INTERRUPTED = 130;

async function main(): Promise<number> {
  const machine = preparedMachine();
  const groups = stageGroups(machine.stages);
  const options = parseOptions(process.argv.slice(2), stageNames(groups));
  if (options.help) return help(groups);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());

  const chosen = chosenGroups(groups, options.only);
  const context = { root: resolve(import.meta.dirname, ".."), vitestArguments: options.vitestArguments, signal: stop.signal };
  const records = await runGroups(chosen, context, startProgress);
  const left = options.keep || (await machine.takeDown());
  const exitCode = summary(records, chosen, options);
  if (stop.signal.aborted) return INTERRUPTED;
  return left ? exitCode : 1;
}

/** Prints the times and the counts; the exit code that they ask for. */
function summary(records: readonly StageRecord[], groups: readonly StageGroup[], options: TestOptions): number {
  const names = stageNames(groups);
  const ran = sum(records.map((record) => record.counts));
  const nothingRan = options.vitestArguments.length > 0 && ran.passed + ran.failed + ran.skipped === 0;
  const counts = nothingRan ? oneFailure : ran;
  const failed = records.filter(({ passed }) => !passed).map(({ name }) => name);
  console.log(`\n${timeTable(records, names)}\n`);
  if (failed.length > 0)
    console.log(`FAILED: ${failed.join(", ")}${records.length < names.length ? "; what comes after was not run" : ""}`);
  if (nothingRan) console.log(`FAILED: no test matches ${options.vitestArguments.join(" ")}`);
  console.log(closingLine(counts));
  return failed.length > 0 || nothingRan || records.length < names.length ? 1 : 0;
}

function help(groups: readonly StageGroup[]): number {
  const stages = groups.flatMap(({ stages }) => stages).map(({ name, about }) => `  ${name.padEnd(12)} ${about}`);
  console.log(`usage: npm test -- [--only <stage>[,<stage>…]] [--keep] [arguments for vitest]

Runs every stage in this order and stops after the first group in which one fails:
${stages.join("\n")}

  --only   these stages alone (with what they need: ZooKeeper, the cluster)
  --keep   leave the cluster up, for the next run
  others   go to vitest: a part of a file's path, -t "a part of a test's name"`);
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
