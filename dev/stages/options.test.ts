import { expect, test } from "vitest";
import { parseOptions } from "./options.ts";

const stages = ["types", "unit", "e2e"];

test("without arguments every stage runs and nothing is kept", () => {
  expect(parseOptions([], stages)).toEqual({ only: undefined, keep: false, help: false, vitestArguments: [] });
});

test("stages are chosen one by one or in a list", () => {
  expect(parseOptions(["--only", "unit"], stages).only).toEqual(["unit"]);
  expect(parseOptions(["--only=types,unit", "--only", "e2e"], stages).only).toEqual(["types", "unit", "e2e"]);
});

test("what is not ours goes to vitest", () => {
  const options = parseOptions(["src/protocol", "--only", "unit", "-t", "a reader", "--keep"], stages);
  expect(options.vitestArguments).toEqual(["src/protocol", "-t", "a reader"]);
  expect(options.keep).toBe(true);
});

test("a stage that there is not is refused with the list of those that there are", () => {
  expect(() => parseOptions(["--only", "units"], stages)).toThrow('there is no stage "units"; the stages are types, unit, e2e');
  expect(() => parseOptions(["--only"], stages)).toThrow("the stages are");
});
