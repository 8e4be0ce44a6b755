// Where LogDriver keeps the lock of a component's hour: <root>/service/<dc>/<service>/logs/<yyyyMMdd>/<HH>/<component>, hours in UTC.
//
// Promised: what LogDriver's own rules refuse is refused. Not promised: that anybody locks there.

export const logdriverRoot = "/logdriver/locks";

export type LogdriverPath = { readonly kind: "path"; readonly path: string } | { readonly kind: "problem"; readonly message: string };

export interface LogdriverAddress {
  readonly root: string;
  /** /service/<dc>/<service>/logs */
  readonly servicePath: string;
  /** Milliseconds since 1970, or yyyyMMdd/HH, which is UTC as it stands. */
  readonly timestamp: number | string;
  readonly component: string;
}

export function logdriverPath({ root, servicePath, timestamp, component }: LogdriverAddress): LogdriverPath {
  if (!/^\/service\/\d+\/(?:[^/]+\/)+[^/]+$/.test(servicePath))
    return problem(`--service-path ${JSON.stringify(servicePath)}: is not /service/<dc>/<service>/logs, where <dc> is a number`);
  if (!/^[^/]+$/.test(component)) return problem(`--component ${JSON.stringify(component)}: holds a slash, or nothing`);
  const hour = typeof timestamp === "number" ? hourOf(timestamp) : timestamp;
  if (!isHour(hour)) return problem(`--timestamp ${JSON.stringify(timestamp)}: there is no such hour; write yyyyMMdd/HH`);
  return { kind: "path", path: `${root === "/" ? "" : root}${servicePath}/${hour}/${component}` };
}

function hourOf(ms: number): string {
  const [date = "", time = ""] = new Date(ms).toISOString().split("T");
  return `${date.replaceAll("-", "")}/${time.slice(0, 2)}`;
}

function isHour(text: string): boolean {
  const [, year, month, day, hour] = /^(\d{4})(\d\d)(\d\d)\/(\d\d)$/.exec(text) ?? [];
  if (year === undefined) return false;
  const at = new Date(`${year}-${month}-${day}T${hour}:00:00Z`);
  return !Number.isNaN(at.getTime()) && hourOf(at.getTime()) === text;
}

function problem(message: string): LogdriverPath {
  return { kind: "problem", message };
}
