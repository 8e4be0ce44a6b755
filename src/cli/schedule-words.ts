// What a cron expression says, in words. cronstrue makes them, of one field at a time: as a whole it would say "and" where either of two
// days will do, "every 2 days" of what begins anew each month, and nothing of croner's own marks (#L for the last, + for both days).
// Promised: no words rather than wrong ones. Not promised: words for whatever croner reads.
import cronstrue from "cronstrue";

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

export interface PlainFields {
  readonly minute: string;
  readonly hour: string;
  readonly dayOfMonth: string;
  readonly month: string;
  readonly dayOfWeek: string;
  /** Both days have to match; otherwise either will do, where both are restricted. */
  readonly bothDays: boolean;
}

/** "At 02:30, every day"; undefined where there are no words for it. The expression is one that is accepted. */
export function scheduleWords(expression: string): string | undefined {
  const fields = plainFields(expression);
  if (fields === undefined) return undefined;
  try {
    const { minute, hour, month } = fields;
    const time = described(`${minute} ${hour} * * *`, "", ", every day");
    const months = month === "*" ? "" : `, ${described(`0 0 1 ${month} *`, "At 00:00, on day 1 of the month, ", "")}`;
    return `${time}, ${dayWords(fields)}${months}`;
  } catch {
    return undefined;
  }
}

/** The same schedule in what cronstrue describes rightly: no steps that do not divide evenly, no marks of croner's own. */
export function plainFields(expression: string): PlainFields | undefined {
  const trimmed = expression.trim();
  const fields = (NICKNAMES[trimmed.toLowerCase()] ?? trimmed).split(/\s+/).map((field) => field.replaceAll("?", "*"));
  const [minute, hour, dayOfMonth, month, days, more] = fields;
  if (minute === undefined || hour === undefined || dayOfMonth === undefined || month === undefined || days === undefined) return undefined;
  if (more !== undefined) return undefined;
  return {
    minute: withoutSteps(minute, 0, 59, true),
    hour: withoutSteps(hour, 0, 23, true),
    dayOfMonth: withoutSteps(dayOfMonth, 1, 31, false),
    month: withoutSteps(month, 1, 12, false).replace(/^1-12$/, "*"),
    dayOfWeek: withoutSteps(days.replace(/^\+/, ""), 0, 6, false).replaceAll(/#L/gi, "L"),
    bothDays: days.startsWith("+"),
  };
}

function dayWords({ dayOfMonth, dayOfWeek, bothDays }: PlainFields): string {
  if (dayOfMonth === "*" && dayOfWeek === "*") return "every day";
  const inMonth = dayOfMonth === "*" ? undefined : described(`0 0 ${dayOfMonth} * *`, "At 00:00, ", "");
  const inWeek = dayOfWeek === "*" ? undefined : described(`0 0 * * ${dayOfWeek}`, "At 00:00, ", "");
  if (inMonth === undefined || inWeek === undefined) return inMonth ?? inWeek ?? "";
  const onDay = inWeek.replace(/^only /, "").replace(/^(?!on )/, "on ");
  return bothDays ? `${inMonth}, but only ${onDay}` : `${inMonth} or ${onDay}`;
}

/** @throws Error where cronstrue has no words, or other words than those that are to be taken off. */
function described(expression: string, prefix: string, suffix: string): string {
  const words = cronstrue.toString(expression, { use24HourTimeFormat: true, verbose: true });
  if (!words.startsWith(prefix) || !words.endsWith(suffix) || /undefined|NaN/.test(words)) throw new Error(`no words for ${expression}`);
  return words.slice(prefix.length, words.length - suffix.length);
}

/** Steps written out, as a list or as the whole range; with `even`, one that fills its field evenly stays. */
function withoutSteps(field: string, min: number, max: number, even: boolean): string {
  if (!field.includes("/") || (even && evenSteps(field, max - min + 1))) return field;
  const items = field.split(",").map((item) => numbersOf(item, min, max));
  if (items.some((numbers) => numbers.length === 0)) return field;
  const numbers = [...new Set(items.flat())].sort((a, b) => a - b);
  if (numbers.length < max - min + 1) return numbers.join(",");
  return even ? "*" : `${min}-${max}`;
}

/** None where it is written with names. */
function numbersOf(item: string, min: number, max: number): readonly number[] {
  const parts = /^(?:\*|(\d+)-(\d+)|(\d+))(?:\/(\d+))?$/.exec(item);
  if (parts === null) return [];
  const [, from, to, single, step = "1"] = parts;
  const first = Number(from ?? single ?? min);
  const last = Number(to ?? single ?? max);
  return Array.from({ length: Math.floor((last - first) / Number(step)) + 1 }, (_, index) => first + index * Number(step));
}

function evenSteps(field: string, size: number): boolean {
  const step = Number(/^\*\/(\d+)$/.exec(field)?.[1] ?? Number.NaN);
  return (step > 1 && step < size && size % step === 0) || /^\d+-\d+\/\d+$/.test(field);
}
