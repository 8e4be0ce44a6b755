// What an instance of a component says: a line for each batch, or one document, and the exit code that stands for all of it.
import type { BatchResult, ComponentEnd, ComponentReport } from "../../locks/component/component.ts";
import { assertNever } from "../../shared/errors.ts";

export const late = 3;
export const lost = 4;

export function resultLine(result: BatchResult): string {
  const { batch, kind } = result;
  if (kind === "skipped") return `batch ${batch}: not started\n`;
  return "message" in result ? `batch ${batch}: ${kind}: ${result.message}\n` : `batch ${batch}: ${kind}\n`;
}

/** Of the batches that have no result. */
export function restLines({ passedOver, doneByOthers }: ComponentReport): string {
  const lines = [
    ...doneByOthers.map((batch) => `batch ${batch}: passed over: done by another instance meanwhile\n`),
    ...passedOver.map((batch) => `batch ${batch}: passed over: another instance has it\n`),
  ];
  return lines.join("");
}

/** Undefined: nothing went wrong. */
export function problemText(end: ComponentEnd): string | undefined {
  switch (end.kind) {
    case "worked":
      return undefined;
    case "asked":
      return "it was told to end before all was done";
    case "late":
      return `the component's lock was not had in time${end.ahead.length === 0 ? "" : `: ${end.ahead.join(", ")} stood in the way`}`;
    case "failed":
    case "lost":
      return end.message;
    default:
      return assertNever(end);
  }
}

export function reportDocument(component: string, report: ComponentReport): unknown {
  const { end, results, passedOver, doneByOthers, unusable } = report;
  return {
    component,
    end: end.kind,
    message: problemText(end) ?? null,
    batches: results.map((result) => ({
      batch: result.batch,
      result: result.kind,
      message: "message" in result ? result.message : null,
      fencingToken: String(result.token),
    })),
    passedOver,
    doneByOthers,
    unusable,
  };
}

export function exitCodeOf({ end, results, unusable }: ComponentReport): number {
  if (end.kind === "late") return late;
  if (end.kind === "lost" || results.some(({ kind }) => kind === "lost")) return lost;
  return end.kind === "worked" && unusable.length === 0 && results.every(({ kind }) => kind === "done") ? 0 : 1;
}
