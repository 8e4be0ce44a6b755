// When a window falls due, as it stands on the command line or in a manifest: judged by the schema's rules for these fields, and
// by the reader of schedules. Of a manifest nothing else is judged: the API server does that.
import { z } from "zod";
import { specSchema } from "../crds/spec.ts";
import { parseSchedule, type Schedule } from "../schedule/cron.ts";

const { schedule, timeZone, suspend } = specSchema.shape;
const timingSchema = z.object({ schedule, timeZone, suspend });

export interface Timing {
  readonly kind: "timing";
  readonly schedule: Schedule;
  readonly suspended: boolean;
}

/** What is wrong, with the field and its value. */
export interface TimingProblem {
  readonly kind: "problem";
  readonly message: string;
}

/** `fields` are a spec's, of unknown shape; `names`: what the user calls a field, where not by its path. */
export function readTiming(fields: unknown, names: Readonly<Record<string, string>> = {}): Timing | TimingProblem {
  const problem = (field: string, value: unknown, message: string): TimingProblem => {
    const shown = value === undefined ? "" : ` ${JSON.stringify(value)}`;
    return { kind: "problem", message: `${names[field] ?? field}${shown}: ${message}` };
  };
  const checked = timingSchema.safeParse(fields);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const path = issue?.path ?? [];
    return problem(["spec", ...path].join("."), valueAt(fields, path), issue?.message ?? "cannot be used");
  }
  const parsed = parseSchedule(checked.data.schedule, checked.data.timeZone);
  if (parsed.kind === "problem") return problem(parsed.field, parsed.value, parsed.message);
  return { kind: "timing", schedule: parsed.schedule, suspended: checked.data.suspend };
}

function valueAt(fields: unknown, [key]: readonly PropertyKey[]): unknown {
  return typeof fields === "object" && fields !== null && key !== undefined ? new Map(Object.entries(fields)).get(String(key)) : undefined;
}
