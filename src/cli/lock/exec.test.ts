// What `lock exec` refuses before it asks any server. What it does is tried in test/integration/lock-exec.test.ts.
import { expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { runProgram } from "../program.ts";

async function exec(args: readonly string[]) {
  const printed = { out: "", err: "" };
  const code = await runProgram(["lock", "exec", ...args], {
    clock: systemClock,
    program: "exclusive-window",
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    read: () => Promise.reject(new Error("no file is read")),
    env: { EXCLUSIVE_WINDOW_ZOOKEEPER: "127.0.0.1:1" },
    openSession: () => Promise.reject(new Error("no server is asked")),
  });
  return { code, ...printed };
}

const command = ["--", "true"];
const range = ["--service-path", "/service/1/a/logs", "--component", "c", "--from"];

test.each([
  [[...command], "PATH: is missing"],
  [["/a"], "COMMAND: is missing"],
  [["/a", "--"], "COMMAND: is missing"],
  [["/a/", ...command], '"/a/" has the segment ""'],
  [["/a", "/a/b", ...command], "/a/b stands below another"],
  [["/a", "--dialect", "CuratorMutex", "--mode", "read", ...command], "CuratorMutex has no read lock"],
  [["/a", "--timeout", "soon", ...command], "It must be seconds"],
  [["/a", "--timeout", "25000h", ...command], "at most 24 days"],
  [["/a", "--component", "c", ...command], "leave one out"],
  [["--component", "c", ...command], "all four"],
  [[...range, "20261126/23", "--to", "20261125/00", ...command], "--to: 2026-11-25T00:00:00.000Z is before"],
  [[...range, "20260101/00", "--to", "20260131/00", ...command], "are 720 hours: at most 256 locks"],
  [[...range, "20261126/24", "--to", "20261127/01", ...command], "There is no such date or time."],
  [Array.from({ length: 257 }, (_, index) => `/many/${index}`).concat(command), "at most 256"],
])("%j ends with 2", async (args, message) => {
  const { code, out, err } = await exec(args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
});

test("whatever stands behind the first -- is the command's, another -- too", async () => {
  expect(await exec(["/a", "--timeout", "0", "--", "true", "--nothing", "--", "-v"])).toEqual({
    code: 1,
    out: "",
    err: "error: no server is asked\n",
  });
});
