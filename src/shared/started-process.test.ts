import { expect, test } from "vitest";
import { exitCodeOf, startProcess } from "./started-process.ts";

const node = (script: string) => startProcess(process.execPath, ["--eval", script], { stdio: "ignore", endsAt: "exit" });

test("a process ends with its own exit code", async () => {
  expect(await node("process.exit(7)").ended).toEqual({ kind: "ended", code: 7, signal: null });
  expect(exitCodeOf({ kind: "ended", code: 7, signal: null })).toBe(7);
});

test("one that a signal ended has a shell's exit code", async () => {
  const { child, ended } = node("setInterval(() => {}, 1000)");
  child?.kill("SIGTERM");
  expect(await ended).toEqual({ kind: "ended", code: null, signal: "SIGTERM" });
  expect(exitCodeOf({ kind: "ended", code: null, signal: "SIGTERM" })).toBe(143);
});

test.each([
  ["a program that is not there", "/no/such/program"],
  ["a path below a file", `${process.execPath}/below`],
])("%s is an end that says why, and is thrown by nobody", async (_, program) => {
  const { child, ended } = startProcess(program, [], { endsAt: "close" });
  expect(child).toBeUndefined();
  expect(await ended).toMatchObject({ kind: "not started", error: { code: expect.stringMatching(/^EN/) } });
});
