// Wall time of a zone, both ways: instant -> local, local -> instant. Pure: it asks Intl for the zone's offset and nothing else.
// Local times are written as the milliseconds they would be in UTC ("floating"), so that they can be added and compared.

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}

/** Why a zone cannot be used, or undefined. IANA names only: an offset or the host's own zone would change under the user. */
export function zoneProblem(zone: string): string | undefined {
  if (zone === "" || zone === "Local" || /^[+-]?\d/.test(zone)) return "is not an IANA time zone";
  try {
    format(zone);
    return undefined;
  } catch {
    return "is not an IANA time zone that these time zone tables know";
  }
}

/** An instant as users read it: RFC 3339 in UTC. */
export function timeText(instantMs: number): string {
  return new Date(instantMs).toISOString().replace(".000Z", "Z");
}

/** The zone's wall time at an instant, floating. */
export function localAt(zone: string, instantMs: number): number {
  const part = new Map<string, number>();
  for (const { type, value } of format(zone).formatToParts(instantMs)) part.set(type, Number(value));
  const of = (type: string) => part.get(type) ?? 0;
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

/** Local minus UTC at an instant, in milliseconds. */
export function offsetAt(zone: string, instantMs: number): number {
  const whole = Math.floor(instantMs / 1000) * 1000;
  return localAt(zone, whole) - whole;
}

/** An offset as people write it: "+02:00", "-03:30". */
export function offsetText(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** No zone is further from UTC than this, so the instant of a local time lies within it. */
const REACH = 26 * HOUR;

/** The first instant in (from, to] at which the offset is no longer what it is at `from`; the offsets at both ends differ. */
export function transitionBetween(zone: string, from: number, to: number): number {
  const before = offsetAt(zone, from);
  let low = Math.floor(from / 1000);
  let high = Math.ceil(to / 1000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * 1000) === before) low = middle;
    else high = middle;
  }
  return high * 1000;
}

/**
 * The instant of a local time (rule R3 of the schedule): its first occurrence; inside a gap the first valid instant after
 * it; undefined where the gap is a whole day or longer, which means that the date does not exist.
 */
export function instantOf(zone: string, local: number): number | undefined {
  const early = offsetAt(zone, local - REACH);
  const late = offsetAt(zone, local + REACH);
  const candidates = [local - early, local - late].filter((at) => localAt(zone, at) === local);
  if (candidates.length > 0) return Math.min(...candidates);
  if (Math.abs(late - early) >= 24 * HOUR || late <= early) return undefined;
  return transitionBetween(zone, local - REACH, local + REACH);
}
