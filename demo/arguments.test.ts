import { describe, expect, test } from "vitest";
import { parseArguments } from "./arguments.ts";

describe("parseArguments", () => {
  test("asks for nothing special without arguments", () => {
    expect(parseArguments([])).toEqual({ control: false, keep: false, context: undefined });
  });

  test("takes options in any order and either form", () => {
    const all = { control: true, keep: true, context: "kind-x" };
    expect(parseArguments(["--context", "kind-x", "--keep", "--control"])).toEqual(all);
    expect(parseArguments(["--control", "--keep", "--context=kind-x"])).toEqual(all);
  });

  test("says what is wrong", () => {
    expect(parseArguments(["--contol"])).toEqual({ problem: expect.stringContaining("--contol") });
    expect(parseArguments(["--context"])).toEqual({ problem: expect.stringContaining("--context") });
    expect(parseArguments(["orders"])).toEqual({ problem: expect.stringContaining("orders") });
    expect(parseArguments(["--keep", "--help"])).toBe("help");
  });
});
