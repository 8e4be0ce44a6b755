import { describe, expect, test } from "vitest";
import { elapsedText, progressLine, startProgress } from "./progress.ts";

describe("how long so far", () => {
  test.each([
    [400, "0.4 s"],
    [9_949, "9.9 s"],
    [59_999, "59 s"],
    [60_000, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [3_599_999, "59 min 59 s"],
    [3_720_000, "1 h 02 min"],
  ])("%i ms is %j", (ms, text) => {
    expect(elapsedText(ms)).toBe(text);
  });
});

describe("the line", () => {
  test("says what, how far and how long", () => {
    expect(progressLine("building", "3 of 8", 15_000)).toBe("building: 3 of 8 (15 s)");
    expect(progressLine("building", "", 15_000)).toBe("building (15 s)");
  });

  test("is cut to the columns, and keeps the time", () => {
    const line = progressLine("building", "a very long account of it", 15_000, 25);
    expect(line).toBe("building: a very … (15 s)");
    expect(line).toHaveLength(25);
  });
});

describe("the output", () => {
  const collect = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, out: { isTTY, columns: 80, write: (text: string) => written.push(text) } };
  };

  test("a log gets whole lines and no control characters", () => {
    const { written, out } = collect(false);
    const progress = startProgress("building", out);
    progress.update("1 of 2");
    progress.done("2 of 2");
    expect(written.join("")).toMatch(/^ok: building: 2 of 2 \(\d\.\d s\)\n$/);
  });

  test("a terminal gets every update on the same line", () => {
    const { written, out } = collect(true);
    const progress = startProgress("building", out);
    progress.update("1 of 2");
    progress.fail();
    const withoutTime = written.map((text) => text.replace(/ \(.*\)/, ""));
    const clear = "\r\x1b[K";
    expect(withoutTime).toEqual([`${clear}building`, `${clear}building: 1 of 2`, `${clear}failed: building: 1 of 2\n`]);
  });
});
