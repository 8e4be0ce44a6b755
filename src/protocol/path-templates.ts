// Paths that change with the hour: what {date} (yyyyMMdd), {hour}, {yyyy}, {MM} and {dd} stand for. The same words mean the same in
// a window's locks and in the layout of a dataset, and always in UTC: who else locks that hour has to come to the same path.
//
// Promised: each word stands for the same number of digits at every time, so a template that gives one good path gives good paths
// only; two paths of which neither may ever be the other, or above it, are told apart without trying times.
// Not promised: that a shape is ever taken. {hour} is never 99, and yet /a/99 is taken for a path that /a/{hour} may give.

const widths = { date: 8, hour: 2, yyyy: 4, MM: 2, dd: 2 } as const;
export type TimeWord = keyof typeof widths;
export const timeWords: readonly TimeWord[] = ["date", "hour", "yyyy", "MM", "dd"];

/** Stands for any digit; in no path. */
const anyDigit = "#";

/** What the words stand for at an instant, from 1970 to 9999. */
export function timeValues(at: number): Readonly<Record<TimeWord, string>> {
  const [yyyy = "", MM = "", dd = "", hour = ""] = new Date(at).toISOString().split(/[-T:]/);
  return { date: yyyy + MM + dd, hour, yyyy, MM, dd };
}

export function isTemplate(path: string): boolean {
  return /[{}]/.test(path);
}

/** The path at an instant. Braces around anything else are left as they are, and no path. */
export function filled(template: string, at: number): string {
  if (!isTemplate(template)) return template;
  const values = timeValues(at);
  return timeWords.reduce((path, word) => path.replaceAll(`{${word}}`, values[word]), template);
}

/** A template by what it can give: any digit for each digit. Of a path it is that path. */
export function shapeOf(template: string): string {
  if (!isTemplate(template)) return template;
  return timeWords.reduce((path, word) => path.replaceAll(`{${word}}`, anyDigit.repeat(widths[word])), template);
}

/** Whether two templates, or paths, may give the same path. */
export function mayBeSame(a: string, b: string): boolean {
  const [one, other] = [shapeOf(a), shapeOf(b)];
  return one.length === other.length && agree(one, other);
}

/** Whether one may give a path below one of the other. */
export function mayBeBelow(path: string, above: string): boolean {
  const [one, other] = [shapeOf(path), shapeOf(above)];
  return one[other.length] === "/" && agree(one.slice(0, other.length), other);
}

function agree(a: string, b: string): boolean {
  if (a === b) return true;
  const isDigit = (one: string | undefined) => one !== undefined && /[#0-9]/.test(one);
  return [...a].every((one, i) => one === b[i] || ((one === anyDigit || b[i] === anyDigit) && isDigit(one) && isDigit(b[i])));
}
