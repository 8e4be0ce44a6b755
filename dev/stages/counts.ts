// How many tests passed, failed and were skipped: read from vitest's JSON report, summed, and said in one plain line.
import { z } from "zod";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noTests: Counts = { passed: 0, failed: 0, skipped: 0 };
/** Of a check that is no test: it failed. */
export const oneFailure: Counts = { passed: 0, failed: 1, skipped: 0 };

const report = z.object({
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * Counts the tests of a vitest JSON report. A file that failed as a whole (it does not load, a hook threw) without a failed
 * test in it counts as one failure. @throws Error where it is no such report.
 */
export function countsOf(json: string): Counts {
  return sum(report.parse(JSON.parse(json)).testResults.map(countsOfFile));
}

function countsOfFile(file: z.infer<typeof report>["testResults"][number]): Counts {
  const count = (...statuses: readonly string[]) => file.assertionResults.filter(({ status }) => statuses.includes(status)).length;
  const passed = count("passed");
  const failed = count("failed");
  const asAWhole = file.status === "failed" && failed === 0 ? 1 : 0;
  return { passed, failed: failed + asAWhole, skipped: file.assertionResults.length - passed - failed };
}

export function sum(all: readonly Counts[]): Counts {
  return all.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }), noTests);
}

/** The last line of `npm test`; programs read it. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
