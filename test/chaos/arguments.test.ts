import { expect, test } from "vitest";
import { parseArguments } from "./arguments.ts";

test("without arguments: five minutes, a fresh seed, the real controller", () => {
  expect(parseArguments([])).toEqual({ minutes: 5, seed: undefined, control: false, restartsApiServer: true, timeline: undefined });
});

test("everything can be said", () => {
  const all = ["--minutes", "60", "--seed", "42", "--control", "--no-api-restarts", "--timeline", "seen.txt"];
  expect(parseArguments(all)).toEqual({ minutes: 60, seed: 42, control: true, restartsApiServer: false, timeline: "seen.txt" });
  expect(parseArguments(["-h"])).toBe("help");
});

test.for([
  { args: ["--minutes", "soon"], named: "--minutes is soon" },
  { args: ["--minutes", "0"], named: "--minutes is 0" },
  { args: ["--seed", "-1"], named: "--seed" },
  { args: ["--seed=1.5"], named: "--seed is 1.5" },
  { args: ["--seed=4294967296"], named: "--seed is 4294967296" },
  { args: ["--what"], named: "--what" },
])("wrong ones are named: $named", ({ args, named }) => {
  expect(parseArguments(args)).toEqual({ problem: expect.stringContaining(named) });
});
