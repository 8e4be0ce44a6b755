import { describe, expect, test } from "vitest";
import { parseInstant } from "./instant.ts";

describe("an instant", () => {
  test.each([
    ["2026-03-07T00:00:00Z", "2026-03-07T00:00:00.000Z"],
    ["2026-03-07T00:00Z", "2026-03-07T00:00:00.000Z"],
    ["2026-03-07t00:00z", "2026-03-07T00:00:00.000Z"],
    ["2026-03-07T01:30+01:30", "2026-03-07T00:00:00.000Z"],
    ["2026-03-06T16:00:00.250-08:00", "2026-03-07T00:00:00.250Z"],
    ["2028-02-29T23:59:59Z", "2028-02-29T23:59:59.000Z"],
    ["1970-01-01T00:00Z", "1970-01-01T00:00:00.000Z"],
  ])("%s is read", (text, instant) => {
    expect(parseInstant(text)).toEqual({ kind: "instant", at: Date.parse(instant) });
  });

  test.each(["2026-03-07", "2026-03-07T00:00", "2026-03-07 00:00:00"])("%s is refused, since it names no zone", (text) => {
    expect(parseInstant(text)).toMatchObject({ kind: "problem", message: expect.stringContaining("names no time zone") });
  });

  test.each([
    "2026-02-30T00:00Z",
    "2027-02-29T00:00Z",
    "2026-13-01T00:00Z",
    "2026-03-07T24:00Z",
    "2026-03-07T00:60Z",
    "2026-03-07T00:00:60Z",
  ])("%s is refused, since there is no such time", (text) => {
    expect(parseInstant(text)).toMatchObject({ kind: "problem", message: expect.stringContaining("no such date") });
  });

  test.each(["", "now", "1772841600", "2026-03-07T00:00:00+25:00", "2026-3-7T00:00Z", "07.03.2026"])(
    "%j is refused, and told how",
    (text) => {
      expect(parseInstant(text)).toMatchObject({ kind: "problem", message: expect.stringContaining("2026-03-07T00:00:00Z") });
    },
  );

  test.each(["1969-12-31T23:59:59Z", "3000-01-01T00:00Z"])("%s is refused, since schedules are not read then", (text) => {
    expect(parseInstant(text)).toMatchObject({ kind: "problem", message: expect.stringContaining("1970 to 2999") });
  });
});
