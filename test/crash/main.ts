// npm run crash-matrix: kills the controller at every call of a run, at every moment of it, and has it come back in every way;
// prints the table, and with --write puts it into docs/reliability.md. Exit code 1: something was not green, or the control was.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startProgress } from "../../dev/progress.ts";
import type { Outcome } from "./cell.ts";
import { type Ground, openGround } from "./ground.ts";
import { isSame, type Kept, keptIn } from "./kept.ts";
import { killLeader, type LeaderKill } from "./leader-kill.ts";
import { cellsOf, everyKind, isGreen, type Kinds, outcomeText, playAll, type Row, rowsOfARun } from "./matrix.ts";
import { type Cell, recoveries } from "./played.ts";
import { invariantsTable, matrixTable, replaced, summary } from "./table.ts";

const usage = `usage: npm run crash-matrix -- [--side-by-side N] [--recovery NAME] [--call TEXT] [--log FILE] [--keep FILE] [--write]
  --side-by-side N  so many cells at a time; default 12
  --recovery NAME   only this one: ${recoveries.join(", ")}
  --call TEXT       only calls whose name holds this text
  --log FILE        where what went wrong is told at length
  --keep FILE       keeps what was played, and does not play again what is green there
  --write           puts the tables into docs/reliability.md
Interrupted (Ctrl-C) it begins no further cell, and tells what it has.`;

const document = join(import.meta.dirname, "../../docs/reliability.md");
const control: Kinds = { moments: ["answered"], recoveries: ["restart"], isNaive: true };
const KILLS = 5;

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

interface Settings {
  readonly sideBySide: number;
  readonly wants: (cell: Cell) => boolean;
  readonly log: string | undefined;
  readonly kept: Kept;
  readonly write: boolean;
}

function settings(): Settings {
  const { values } = parseArgs({
    options: {
      "side-by-side": { type: "string", default: "12" },
      recovery: { type: "string", default: "" },
      call: { type: "string", default: "" },
      log: { type: "string" },
      keep: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const sideBySide = Number(values["side-by-side"]);
  if (!Number.isInteger(sideBySide) || sideBySide < 1)
    throw new Error(`--side-by-side is ${values["side-by-side"]}: give a whole number from 1`);
  const wants = ({ plan, recovery }: Cell) => recovery.includes(values.recovery) && (plan?.call.includes(values.call) ?? true);
  return { sideBySide, wants, log: values.log, kept: keptIn(values.keep), write: values.write };
}

async function playWith(ground: Ground, title: string, wanted: readonly Cell[], settings: Settings): Promise<readonly Outcome[]> {
  const { sideBySide, log, kept } = settings;
  const known = kept.outcomes.filter(({ cell }) => wanted.some((other) => isSame(cell, other)));
  const cells = wanted.filter((cell) => !known.some((outcome) => isSame(cell, outcome.cell)));
  const progress = startProgress(title);
  let red = 0;
  const onOutcome = (outcome: Outcome, done: number) => {
    kept.add(outcome);
    if (!isGreen(outcome)) {
      red += 1;
      if (log !== undefined) appendFileSync(log, `${title}: ${outcomeText(outcome)}\n${outcome.said.join("\n")}\n`);
    }
    progress.update(`${done} of ${cells.length} cells, ${done - red} green`);
  };
  const outcomes = [...known, ...(await playAll(cells, { ground, sideBySide, onOutcome, enough: interrupted.signal }))];
  progress.done(summary(outcomes));
  return outcomes;
}

async function killLeaders(ground: Ground): Promise<readonly LeaderKill[]> {
  const progress = startProgress("the leader is killed while the Job works");
  const site = await ground.site();
  const kills: LeaderKill[] = [];
  for (let i = 1; i <= KILLS; i += 1) {
    kills.push(await killLeader(`kill-${i}`, site, ground));
    progress.update(`${i} of ${KILLS}`);
  }
  await site.close();
  progress.done();
  return kills;
}

interface Results {
  readonly rows: readonly Row[];
  readonly outcomes: readonly Outcome[];
  readonly controls: readonly Outcome[];
  readonly kills: readonly LeaderKill[];
}

function killsText(kills: readonly LeaderKill[]): string {
  const times = kills.map(({ firstActionMs }) => firstActionMs).toSorted((a, b) => a - b);
  const [middle = 0, longest = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];
  const events = kills.reduce((sum, kill) => sum + kill.events, 0);
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return `Leader killed (SIGKILL) ${kills.length} times while the Job worked: the next owner's first call came after ${seconds(middle)} s (median) and ${seconds(longest)} s (longest); ${events} events in between.`;
}

function report({ rows, outcomes, controls, kills }: Results, write: boolean): void {
  const texts = {
    "crash matrix": `${summary(outcomes)}\n\n${matrixTable(rows, outcomes)}`,
    control: `${summary(controls)}\n\n${matrixTable(rows, controls)}`,
    "leader kill": killsText(kills),
    invariants: invariantsTable(),
  };
  for (const text of Object.values(texts)) console.log(`${text}\n`);
  for (const outcome of outcomes.filter((each) => !isGreen(each))) console.log(outcomeText(outcome));
  if (!write) return;
  const all = Object.entries(texts).reduce((text, [name, part]) => replaced(text, name, part), readFileSync(document, "utf8"));
  writeFileSync(document, all);
}

/** The control is right where the checker saw an event beside the Job, and wrong in every cell that it calls green. */
function isRight({ outcomes, controls, kills }: Results): boolean {
  const sees = controls.some(({ violations }) => violations.some(({ invariant }) => invariant === "I1"));
  return (
    outcomes.every(isGreen) &&
    sees &&
    !controls.some(isGreen) &&
    kills.every(({ events, result }) => events === 0 && result === "Succeeded")
  );
}

async function main(): Promise<number> {
  const asked = settings();
  const ground = await openGround(startProgress);
  const rows = await rowsOfARun(ground);
  const outcomes = await playWith(ground, "crash matrix", cellsOf(rows, everyKind).filter(asked.wants), asked);
  const controls = await playWith(ground, "control: the naive recipe", cellsOf(rows, control).filter(asked.wants), asked);
  const kills = await killLeaders(ground);
  await ground.close();
  const results = { rows, outcomes, controls, kills };
  report(results, asked.write);
  return isRight(results) ? 0 : 1;
}

if (process.argv.includes("--help")) console.log(usage);
else process.exitCode = await main();
process.exit();
