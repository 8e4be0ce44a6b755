import { expect, test } from "vitest";
import { duration } from "./duration.ts";
import { runProgram } from "./program.ts";

test.each([
  ["0", 0],
  ["90", 90_000],
  ["90s", 90_000],
  ["500ms", 500],
  ["5m", 300_000],
  ["596h", 2_145_600_000],
])("%s is %i ms", (text, ms) => {
  expect(duration(text)).toBe(ms);
});

test.each(["", "soon", "1.5", "-1", "5 m", "5M", "2147484", "597h"])("%j is refused", (text) => {
  expect(() => duration(text)).toThrow("It must be seconds, or a duration such as 500ms, 30s or 5m; at most 24 days.");
});

async function run(args: readonly string[]) {
  const printed = { err: "" };
  const code = await runProgram(args, {
    clock: { now: () => 0 },
    program: "exclusive-window",
    out: () => undefined,
    err: (text) => {
      printed.err += text;
    },
    read: () => Promise.reject(new Error("no file is read")),
    openSession: ({ timeoutMs }) => Promise.reject(new Error(`a session of ${timeoutMs} ms`)),
  });
  return { code, ...printed };
}

const zookeeper = ["--zookeeper", "127.0.0.1:1"];
const component = ["component", "run", "--name", "Ingest", "--simultaneous-processes", "1", "--query", "true"];

test.each([
  ["lock exec", ["lock", "exec", ...zookeeper, "--timeout"], ["/a", "--", "true"]],
  ["component run", [...component, ...zookeeper, "--child-timeout"], ["--", "true"]],
  ["locks", ["locks", "scan", ...zookeeper, "--session-timeout"], []],
])("%s takes seconds, and a number with its unit", async (_, words, more) => {
  for (const text of ["30", "30s"])
    expect(await run([...words, text, ...more])).toMatchObject({ code: 1, err: "error: a session of 30000 ms\n" });
  expect(await run([...words, "soon", ...more])).toMatchObject({
    code: 2,
    err: expect.stringContaining("It must be seconds, or a duration"),
  });
});

test("a gate's clients do, too", async () => {
  const wait = ["gate", "wait", "--timeout"];
  expect(await run([...wait, "30"])).toMatchObject({ code: 2, err: "error: say what to wait for: --open or --closed\n" });
  expect(await run([...wait, "soon", "--open"])).toMatchObject({ code: 2, err: expect.stringContaining("It must be seconds") });
});

test.each(["0", "1500ms", "2h"])("a session of %s is refused", async (text) => {
  const { code, err } = await run(["locks", "scan", ...zookeeper, "--session-timeout", text]);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("It must be whole seconds, 1 to 3600, such as 30 or 30s.") });
});
