// `next`: when a schedule runs, by the very rule that the controller keeps. It asks no cluster.
import { type Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { clockChangeNote, zoneWarning } from "../schedule/clock-change.ts";
import { clockChangeText } from "../schedule/clock-change-text.ts";
import { timeText } from "../schedule/zone.ts";
import { messageOf } from "../shared/errors.ts";
import { parseInstant } from "./instant.ts";
import { localText } from "./local-text.ts";
import type { Machine } from "./machine.ts";
import { MOST_RUNS, type Range, type Runs, runsIn, USUAL_RUNS } from "./runs.ts";
import { scheduleWords } from "./schedule-words.ts";
import { table } from "./table.ts";
import { readTiming, type Timing } from "./timing.ts";
import { readWindowFile } from "./window-file.ts";

interface Options {
  readonly timeZone?: string;
  readonly filename?: string;
  readonly from?: number;
  readonly until?: number;
  readonly count?: number;
  readonly output?: "json" | "wide";
}

/** `name` is undefined where the schedule stood on the command line. */
type AskedTiming = Timing & { readonly name?: string };
type Asked =
  | { readonly kind: "timings"; readonly timings: readonly AskedTiming[] }
  | { readonly kind: "problem"; readonly message: string };

const SUSPENDED = "The window is suspended: none of these runs starts while spec.suspend is true.";

export function addNext(program: Command, machine: Machine): void {
  const name = `${machine.program} next`;
  const next = program
    .command("next")
    .summary("print the coming runs of a schedule")
    .description("Prints the coming runs of a schedule, by the rule that the controller keeps when the clock changes. It asks no cluster.")
    .usage(`SCHEDULE [options]\n       ${name} -f FILE [options]`)
    .argument("[SCHEDULE]", 'five cron fields in quotes, such as "0 2 * * *", or @daily and its like')
    .option("--time-zone <zone>", "the IANA name of the zone that SCHEDULE is read in (default: UTC)")
    .option("-f, --filename <file>", "read schedule and zone from the windows of this manifest; - is standard input", once)
    .option("--from <time>", "show runs from this RFC 3339 time on, itself included (default: now)", instant)
    .option("--until <time>", "show runs before this RFC 3339 time, itself left out", instant)
    .option("--count <number>", `show so many, 1 to ${MOST_RUNS} (default: ${USUAL_RUNS}; with --until all, at most ${MOST_RUNS})`, count)
    .addOption(
      new Option("-o, --output <format>", "json: an array of UTC times; wide: say what clock changes do").choices(["json", "wide"]),
    )
    .helpOption("-h, --help", "print this text")
    .addHelpText("after", `\nExamples:\n  ${name} "30 2 * * *" --time-zone America/New_York -o wide\n  ${name} -f window.yaml --count 10`)
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 usage or bad input.")
    .showHelpAfterError(`A schedule stands in quotes: "0 2 * * *". All options: ${name} --help`);
  next.action(async (schedule: string | undefined, options: Options) => {
    const problem = await answer(schedule, options, machine);
    if (problem === undefined) return;
    machine.err(`error: ${problem}\n`);
    throw new CommanderError(2, "exclusive-window.bad-input", problem);
  });
}

/** Prints it; answers what is wrong with the question. */
async function answer(schedule: string | undefined, options: Options, machine: Machine): Promise<string | undefined> {
  const range: Range = { from: options.from ?? machine.clock.now(), until: options.until, count: options.count };
  if (range.until !== undefined && range.until < range.from) {
    const start = options.from === undefined ? "now; give --from too" : `--from ${timeText(range.from)}`;
    return `--until ${timeText(range.until)}: lies before ${start}`;
  }
  const asked = schedule === undefined ? await fromFile(options, machine) : fromArgument(schedule, options);
  if (asked.kind === "problem") return asked.message;
  for (const [index, timing] of asked.timings.entries()) {
    if (index > 0) machine.out("\n");
    print(timing, range, options.output, machine);
  }
  return undefined;
}

function fromArgument(schedule: string, { filename, timeZone }: Options): Asked {
  if (filename !== undefined)
    return problem(`SCHEDULE ${JSON.stringify(schedule)}: -f ${filename} says the schedule; leave one of the two out`);
  const fields = { schedule, ...(timeZone === undefined ? {} : { timeZone }) };
  const timing = readTiming(fields, { "spec.schedule": "SCHEDULE (spec.schedule)", "spec.timeZone": "--time-zone (spec.timeZone)" });
  return timing.kind === "problem" ? timing : { kind: "timings", timings: [timing] };
}

async function fromFile({ filename, timeZone, output }: Options, machine: Machine): Promise<Asked> {
  if (filename === undefined) return problem("SCHEDULE: is missing; give one, or a manifest with -f");
  if (timeZone !== undefined)
    return problem(`--time-zone ${JSON.stringify(timeZone)}: -f ${filename} says the zone; leave one of the two out`);
  let content: string;
  try {
    content = await machine.read(filename);
  } catch (error) {
    return problem(`-f ${filename}: cannot be read: ${messageOf(error)}`);
  }
  const file = readWindowFile(content, filename === "-" ? "standard input" : filename);
  if (file.kind === "problem") return file;
  if (output === "json" && file.windows.length > 1) {
    const names = file.windows.map(({ name }) => name).join(", ");
    return problem(`-o json: prints the runs of one window, and -f ${filename} holds several (${names}); leave -o json out`);
  }
  return { kind: "timings", timings: file.windows };
}

function problem(message: string): Asked {
  return { kind: "problem", message };
}

function print(timing: AskedTiming, range: Range, output: Options["output"], machine: Machine): void {
  const runs = runsIn(timing.schedule, range);
  const remarks = remarksOn(timing, runs, range);
  if (output === "json") {
    const times = runs.slots.map(({ at }) => timeText(at));
    machine.out(`${JSON.stringify(times, undefined, 2)}\n`);
    if (timing.suspended) remarks.push(SUSPENDED);
  } else machine.out(page(timing, runs, output === "wide"));
  const whose = timing.name === undefined ? "" : `${timing.name}: `;
  for (const remark of remarks) machine.err(`${whose}${remark}\n`);
}

/** What is no part of the answer: a program that reads standard output does not see it. */
function remarksOn({ schedule }: AskedTiming, { slots, cutAt }: Runs, { from, until }: Range): string[] {
  const remarks: string[] = [];
  const zone = zoneWarning(schedule.timeZone);
  if (zone !== undefined) remarks.push(`warning: spec.timeZone ${JSON.stringify(schedule.timeZone)}: ${zone}`);
  if (cutAt !== undefined) remarks.push(`warning: these are the first ${slots.length} runs; go on with --from ${timeText(cutAt)}`);
  if (slots.length === 0) remarks.push(`no runs from ${timeText(from)} ${until === undefined ? "on" : `up to ${timeText(until)}`}`);
  return remarks;
}

function page({ name, schedule, suspended }: AskedTiming, { slots }: Runs, wide: boolean): string {
  const words = scheduleWords(schedule.expression) ?? schedule.expression;
  const lines = [`${name === undefined ? "" : `${name}: `}${words} (${schedule.timeZone})\n`];
  if (suspended) lines.push(`${SUSPENDED}\n`);
  const rows = slots.map((slot) => {
    const columns = [localText(schedule.timeZone, slot.at), timeText(slot.at)];
    if (!wide) return columns;
    const change = clockChangeNote(schedule, slot);
    return [...columns, change === undefined ? "<none>" : clockChangeText(change)];
  });
  if (rows.length > 0) lines.push(table(wide ? ["LOCAL TIME", "UTC", "NOTE"] : ["LOCAL TIME", "UTC"], rows));
  return lines.join("");
}

function once(file: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError(`-f names ${before} already; ask for one file at a time.`);
  return file;
}

function instant(text: string): number {
  const read = parseInstant(text);
  if (read.kind === "problem") throw new InvalidArgumentError(read.message);
  return read.at;
}

function count(text: string): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= 1 && number <= MOST_RUNS)) throw new InvalidArgumentError(`It must be a whole number, 1 to ${MOST_RUNS}.`);
  return number;
}
