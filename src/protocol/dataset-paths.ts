// Where the locks of a dataset stand: one for each hour of a component's data. What of LogDriver's is kept: the layout, hours in UTC,
// and which hours a range of time has.
//
// Promised: the paths are those of every hour that holds an instant of the range, in order; a range that has none, or too many, is refused.
// Not promised: that anybody locks there, or that there is data of each hour.
import { timeValues, timeWords } from "./path-templates.ts";
import { checkLockPath } from "./paths.ts";

export interface Dataset {
  /** Of LogDriver: /service/<dc>/<service>/logs, where <dc> is a number; the service may hold slashes. */
  readonly servicePath: string;
  readonly component: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Itself left out; where it is `from`, the hour of that instant is meant. */
  readonly to: number;
}

interface Problem<Field> {
  readonly kind: "problem";
  /** What is wrong. */
  readonly field: Field;
  readonly message: string;
}

export type DatasetPaths = { readonly kind: "paths"; readonly paths: readonly string[] } | Problem<keyof Dataset | "layout">;

/** One hour of a component's data: that of `at`, in milliseconds since 1970. */
export interface DataHour extends Pick<Dataset, "servicePath" | "component"> {
  readonly at: number;
}

export type HourPath = { readonly kind: "path"; readonly path: string } | Problem<"servicePath" | "component">;

export const logdriverRoot = "/logdriver/locks";
const logdriverHour = "{servicePath}/{date}/{hour}/{component}";

/** In a layout `{servicePath}`, `{component}`, `{date}` (yyyyMMdd), `{hour}`, `{yyyy}`, `{MM}` and `{dd}` stand for what they name. */
export const logdriverLayout = `${logdriverRoot}${logdriverHour}`;

/** As many as one transaction takes. */
const mostHours = 256;
const hourMs = 3_600_000;
/** The years have four digits. */
const [earliest, latest] = [Date.UTC(1970, 0), Date.UTC(9999, 11, 31)];

export function datasetPaths(dataset: Dataset, layout = logdriverLayout): DatasetPaths {
  const problem = layoutProblem(layout) ?? nameProblem(dataset, layout) ?? rangeProblem(dataset);
  if (problem !== undefined) return problem;
  const paths = hoursOf(dataset).map((hour) => pathOf(layout, dataset, hour));
  const bad = paths.map(checkLockPath).find((each) => each !== undefined);
  return bad === undefined ? { kind: "paths", paths } : refused("layout", bad);
}

/** Where LogDriver locks that hour, below a root of its own or another one. Other programs' locks may stand where we would take none. */
export function logdriverPath(root: string, { at, ...names }: DataHour): HourPath {
  return nameProblem(names, logdriverHour) ?? { kind: "path", path: (root === "/" ? "" : root) + pathOf(logdriverHour, names, at) };
}

const words = ["servicePath", "component", ...timeWords] as const;
type Word = (typeof words)[number];

function layoutProblem(layout: string): Problem<"layout"> | undefined {
  const used = [...layout.matchAll(/\{([^}]*)\}/g)].map(([, word = ""]) => word);
  const unknown = used.find((word) => !words.some((known) => known === word));
  if (unknown !== undefined) return refused("layout", `{${unknown}} is unknown: there are ${words.map((word) => `{${word}}`).join(" ")}`);
  const has = (...wanted: readonly Word[]) => wanted.every((word) => used.includes(word));
  // Else two hours, or two components, would have one lock, and a dataset the same path twice.
  if (!has("servicePath", "component", "hour")) return refused("layout", `${layout} must have {servicePath}, {component} and {hour}`);
  return has("date") || has("yyyy", "MM", "dd") ? undefined : refused("layout", `${layout} must have {date}, or {yyyy}, {MM} and {dd}`);
}

type Names = Omit<DataHour, "at">;

function nameProblem({ servicePath, component }: Names, layout: string): Problem<keyof Names> | undefined {
  const isLogdrivers = layout.endsWith(logdriverHour);
  if (isLogdrivers && !/^\/service\/\d+\/(?:[^/]+\/)+[^/]+$/.test(servicePath))
    return refused("servicePath", `${JSON.stringify(servicePath)} is not /service/<dc>/<service>/logs, where <dc> is a number`);
  if (!servicePath.startsWith("/")) return refused("servicePath", `${JSON.stringify(servicePath)} is not absolute: begin it with a slash`);
  return /^[^/]+$/.test(component) ? undefined : refused("component", `${JSON.stringify(component)} holds a slash, or nothing`);
}

function rangeProblem({ from, to }: Dataset): Problem<"from" | "to"> | undefined {
  for (const [field, at] of [
    ["from", from],
    ["to", to],
  ] as const)
    if (!Number.isInteger(at) || at < earliest || at > latest)
      return refused(field, `${at} is no instant: give whole milliseconds since 1970, up to the year 9999`);
  if (to < from) return refused("to", `${shown(to)} is before the beginning, ${shown(from)}`);
  const hours = (lastHour(from, to) - hourOf(from)) / hourMs + 1;
  if (hours <= mostHours) return undefined;
  return refused("to", `from ${shown(from)} to ${shown(to)} are ${hours} hours: at most ${mostHours} locks can be taken at once`);
}

function hoursOf({ from, to }: Dataset): readonly number[] {
  const count = (lastHour(from, to) - hourOf(from)) / hourMs + 1;
  return Array.from({ length: count }, (_, index) => hourOf(from) + index * hourMs);
}

function lastHour(from: number, to: number): number {
  return hourOf(to === from ? from : to - 1);
}

function hourOf(at: number): number {
  return at - (at % hourMs);
}

function pathOf(layout: string, { servicePath, component }: Names, at: number): string {
  const values: Readonly<Record<string, string>> = { servicePath, component, ...timeValues(at) };
  // At one go: what is put in may hold such words itself.
  return layout.replaceAll(/\{([^}]*)\}/g, (_, word: string) => values[word] ?? "");
}

function shown(at: number): string {
  return new Date(at).toISOString();
}

function refused<Field>(field: Field, message: string): Problem<Field> {
  return { kind: "problem", field, message };
}
