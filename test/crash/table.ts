// The matrix as a table for docs/reliability.md, and the place that it takes there. Pure.
import { invariants } from "../support/history/history.ts";
import type { Outcome } from "./cell.ts";
import { isGreen, type Row, verdictOf } from "./matrix.ts";
import { moments, momentTexts } from "./moments.ts";
import { recoveries } from "./played.ts";

export function invariantsTable(): string {
  return table(["", "what holds"], Object.entries(invariants));
}

/** A row a call, a column a moment; in each field one word for each recovery, in their order. */
export function matrixTable(rows: readonly Row[], outcomes: readonly Outcome[]): string {
  const shown = moments.filter((moment) => outcomes.some(({ cell }) => cell.plan?.moment === moment));
  const field = (call: string | undefined, moment: string) =>
    recoveries
      .flatMap((recovery) =>
        outcomes.filter(({ cell }) => cell.recovery === recovery && cell.plan?.call === call && cell.plan?.moment === moment),
      )
      .map((outcome) => verdictOf(outcome) || "ok")
      .join(", ");
  return table(
    ["", "call", ...shown.map((moment) => momentTexts[moment])],
    rows.map((names, i) => [String(i + 1), rowText(names), ...shown.map((moment) => field(names[0], moment))]),
  );
}

export function summary(outcomes: readonly Outcome[]): string {
  const green = outcomes.filter(isGreen).length;
  return `${outcomes.length} cells, ${green} green, ${outcomes.length - green} not.`;
}

/** "status: result, jobEndTime": the facts of one write together. */
function rowText(names: Row): string {
  const facts = names.map((name) => name.replace(/^status: /, ""));
  return names[0]?.startsWith("status: ") ? `status: ${facts.join(", ")}` : facts.join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The document with what stands between the marks of that name replaced. Throws where the marks are not there. */
export function replaced(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no ${begin} followed by ${end}: put them where the table is to stand`);
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`;
}
