import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSchedule, slotsAfter } from "../schedule/cron.ts";
import { plainFields, scheduleWords } from "./schedule-words.ts";

describe("a schedule in words", () => {
  test.each([
    ["0 2 * * *", "At 02:00, every day"],
    ["30 1,2 * * *", "At 01:30 and 02:30, every day"],
    ["15 1-3 * * *", "At 15 minutes past the hour, between 01:00 and 03:59, every day"],
    ["*/15 * * * *", "Every 15 minutes, every hour, every day"],
    ["0 */2 * * *", "On the hour, every 2 hours, every day"],
    ["@hourly", "Every hour, every day"],
    ["@Daily", "At 00:00, every day"],
    ["@weekly", "At 00:00, only on Sunday"],
    ["@monthly", "At 00:00, on day 1 of the month"],
    ["@yearly", "At 00:00, on day 1 of the month, only in January"],
    ["0 2 ? * MON-FRI", "At 02:00, Monday through Friday"],
    ["0 2 29 2 *", "At 02:00, on day 29 of the month, only in February"],
    ["0 2 L * *", "At 02:00, on the last day of the month"],
    ["0 2 * * 1#5", "At 02:00, on the fifth Monday of the month"],
    ["0 2 * * 7", "At 02:00, only on Sunday"],
  ])("%s: %s", (expression, words) => {
    expect(scheduleWords(expression)).toBe(words);
  });

  test.each([
    ["the last weekday is croner's #L", "30 2 * * 0#L", "At 02:30, on the last Sunday of the month"],
    ["one of two days is enough", "0 2 13 * 5", "At 02:00, on day 13 of the month or on Friday"],
    ["one of several days is enough", "0 2 13 * 1-5", "At 02:00, on day 13 of the month or on Monday through Friday"],
    ["+ asks for both days", "0 2 13 * +5", "At 02:00, on day 13 of the month, but only on Friday"],
    ["+ alone asks for the one", "0 2 * * +5", "At 02:00, only on Friday"],
    ["45 minutes begin anew each hour", "*/45 * * * *", "At 0 and 45 minutes past the hour, every hour, every day"],
    ["5 hours begin anew each day", "0 */5 * * *", "At 00:00, 05:00, 10:00, 15:00 and 20:00, every day"],
    ["10 days begin anew each month", "0 2 */10 * *", "At 02:00, on day 1, 11, 21, and 31 of the month"],
    ["5 months begin anew each year", "0 2 1 */5 *", "At 02:00, on day 1 of the month, only in January, June, and November"],
    ["2 weekdays begin anew each week", "0 2 * * */2", "At 02:00, only on Sunday, Tuesday, Thursday, and Saturday"],
    ["every single day is a day", "0 2 */1 * *", "At 02:00, between day 1 and 31 of the month"],
  ])("%s: %s", (_, expression, words) => {
    expect(scheduleWords(expression)).toBe(words);
  });

  test.each(["0 2 1W,15 * *", "0 2", "nonsense"])("there are none for %s, rather than wrong ones", (expression) => {
    expect(scheduleWords(expression)).toBeUndefined();
  });
});

describe("what is described", () => {
  const item = (min: number, max: number) => {
    const number = fc.integer({ min, max });
    const step = fc.integer({ min: 1, max: max - min });
    const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
    const stepped = fc.tuple(fc.oneof(fc.constant("*"), range), step).map(([of, by]) => `${of}/${by}`);
    return fc.oneof(number.map(String), range, stepped);
  };
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constantFrom("*", "?"),
      fc.array(item(min, max), { minLength: 1, maxLength: 3 }).map((items) => items.join(",")),
    );
  const weekdays = fc.oneof(field(0, 6), fc.constantFrom("7", "MON", "SUN#L", "0#L", "5#2", "+5", "+1-5/2", "FRI#1,2#3"));
  const expressions = fc.tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), weekdays).map((fields) => fields.join(" "));

  test("is the same schedule as the one that was given", () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        const plain = plainFields(expression);
        if (plain === undefined) throw new Error(`${expression} has no fields`);
        const { minute, hour, dayOfMonth, month, dayOfWeek, bothDays } = plain;
        const written = `${minute} ${hour} ${dayOfMonth} ${month} ${bothDays ? "+" : ""}${dayOfWeek}`;
        expect(firstRuns(written), written).toEqual(firstRuns(expression));
      }),
      { numRuns: 300 },
    );
  });
});

function firstRuns(expression: string): readonly number[] {
  const parsed = parseSchedule(expression, "UTC");
  if (parsed.kind === "problem") throw new Error(`${expression}: ${parsed.message}`);
  const runs: number[] = [];
  for (const { at } of slotsAfter(parsed.schedule, Date.UTC(2026, 0))) {
    if (runs.push(at) === 40) break;
  }
  return runs;
}
