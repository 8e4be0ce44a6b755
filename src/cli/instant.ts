// An instant as users write it: RFC 3339, the seconds may be left out. A time without a zone is no instant, and is refused.

export type Instant = { readonly kind: "instant"; readonly at: number } | { readonly kind: "problem"; readonly message: string };

const FORM = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$/;
const EXAMPLE = "write for example 2026-03-07T00:00:00Z or 2026-03-07T01:00+01:00";

/** croner looks no further. */
const END = Date.UTC(3000, 0);

export function parseInstant(text: string): Instant {
  const problem = (message: string): Instant => ({ kind: "problem", message });
  const upper = text.toUpperCase();
  if (WITHOUT_ZONE.test(upper)) return problem(`It names no time zone, so it could be any of many instants; ${EXAMPLE}.`);
  const parts = FORM.exec(upper);
  if (parts === null) return problem(`It is no RFC 3339 time; ${EXAMPLE}.`);
  const [, minute = "", second = "00"] = parts;
  // A date that does not exist, such as 30 February, is read as another one.
  const local = Date.parse(`${minute}:${second}Z`);
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${minute}:${second}`))
    return problem("There is no such date or time.");
  const at = Date.parse(upper);
  return at < 0 || at >= END ? problem("It lies outside the years 1970 to 2999, for which schedules are read.") : { kind: "instant", at };
}
