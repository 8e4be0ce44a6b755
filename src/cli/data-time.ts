// A time of data on the command line: an hour as LogDriver's directories are called, milliseconds since 1970, or an RFC 3339 time.
import { InvalidArgumentError } from "commander";
import { parseInstant } from "./instant.ts";

/** Milliseconds since 1970; an hour is its first. Throws what commander turns into an error that names the option. */
export function dataTime(text: string): number {
  if (/^\d{9,14}$/.test(text)) return Number(text);
  const [, year, month, day, hour] = /^(\d{4})(\d\d)(\d\d)\/(\d\d)$/.exec(text) ?? [];
  const read = parseInstant(year === undefined ? text : `${year}-${month}-${day}T${hour}:00Z`);
  if (read.kind === "problem") throw new InvalidArgumentError(`${read.message} An hour is yyyyMMdd/HH (UTC).`);
  return read.at;
}
