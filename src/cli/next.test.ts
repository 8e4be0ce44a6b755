import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Machine, programName } from "./machine.ts";
import { runProgram } from "./program.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const NEW_YORK = ["30 2 * * *", "--time-zone", "America/New_York", "--from", "2026-03-07T00:00Z", "--count", "3"];
const WINDOW =
  "apiVersion: exclusivewindow.dev/v1alpha1\nkind: ExclusiveWindow\nmetadata: {name: nightly, namespace: orders}\nspec: {schedule: '0 2 * * *', timeZone: Europe/Copenhagen}\n";

/** Runs the program on a machine of its own: at noon of 24 October 2026, with these files. */
async function run(args: readonly string[], files: Readonly<Record<string, string>> = {}, program = "exclusive-window"): Promise<Outcome> {
  const printed = { out: "", err: "" };
  const machine: Machine = {
    clock: { now: () => Date.parse("2026-10-24T12:00Z") },
    program,
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    read: async (file) => files[file] ?? Promise.reject(new Error(`ENOENT: no such file or directory, open '${file}'`)),
  };
  return { code: await runProgram(args, machine), ...printed };
}

const next = (args: readonly string[], files: Readonly<Record<string, string>> = {}) => run(["next", ...args], files);

describe("next", () => {
  test("prints words and a table", async () => {
    expect(await next(NEW_YORK)).toEqual({
      code: 0,
      err: "",
      out: `At 02:30, every day (America/New_York)
LOCAL TIME                    UTC
Sat 2026-03-07 02:30 -05:00   2026-03-07T07:30:00Z
Sun 2026-03-08 03:00 -04:00   2026-03-08T07:00:00Z
Mon 2026-03-09 02:30 -04:00   2026-03-09T06:30:00Z
`,
    });
  });

  test("says with -o wide what a clock change does", async () => {
    const { out } = await next([...NEW_YORK, "-o", "wide"]);
    expect(out.split("\n").map((line) => line.slice(53))).toEqual([
      "",
      "NOTE",
      "<none>",
      "the clock goes forward from 2026-03-08 02:00 to 03:00: 02:30 does not exist and runs at 03:00",
      "<none>",
      "",
    ]);
  });

  test("prints nothing but an array with -o json, an empty one too", async () => {
    const { out, code } = await next([...NEW_YORK, "-o", "json"]);
    expect(JSON.parse(out)).toEqual(["2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"]);
    expect(code).toBe(0);
    expect(await next(["0 0 29 2 *", "--until", "2026-12-01T00:00Z", "-o", "json"])).toEqual({
      code: 0,
      out: "[]\n",
      err: "no runs from 2026-10-24T12:00:00Z up to 2026-12-01T00:00:00Z\n",
    });
  });

  test("begins now, in UTC, where nothing else is asked", async () => {
    const { out } = await next(["0 * * * *", "-o", "json"]);
    expect(JSON.parse(out)).toEqual([12, 13, 14, 15, 16].map((hour) => `2026-10-24T${hour}:00:00Z`));
  });

  test("warns of an abbreviation as the zone, beside the answer", async () => {
    const { code, out, err } = await next(["0 2 * * *", "--time-zone", "CET", "--count", "1"]);
    expect(code).toBe(0);
    expect(out).toContain("At 02:00, every day (CET)\n");
    expect(err).toMatch(/^warning: spec.timeZone "CET": is an abbreviation/);
  });

  test("prints the expression itself where there are no words for it", async () => {
    expect((await next(["0 2 1W,15 * *"])).out).toMatch(/^0 2 1W,15 \* \* \(UTC\)\nLOCAL TIME/);
  });
});

describe("next -f", () => {
  test("reads schedule and zone from a file, and from standard input", async () => {
    const { out } = await next(["-f", "window.yaml", "-o", "json", "--count", "2"], { "window.yaml": WINDOW });
    expect(JSON.parse(out)).toEqual(["2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"]);
    expect((await next(["--filename", "-"], { "-": WINDOW })).out).toMatch(
      /^orders\/nightly: At 02:00, every day \(Europe\/Copenhagen\)\n/,
    );
  });

  test("says that a window is suspended, and keeps it out of JSON", async () => {
    const files = { "window.yaml": WINDOW.replace("spec: {", "spec: {suspend: true, ") };
    const said = "The window is suspended: none of these runs starts while spec.suspend is true.";
    expect((await next(["-f", "window.yaml"], files)).out.split("\n")[1]).toBe(said);
    const json = await next(["-f", "window.yaml", "-o", "json"], files);
    expect(JSON.parse(json.out)).toHaveLength(5);
    expect(json.err).toBe(`orders/nightly: ${said}\n`);
  });

  test("prints a table for each window, and refuses JSON of several", async () => {
    const files = { "two.yaml": `${WINDOW}---\n${WINDOW.replace("nightly", "hourly").replace("0 2 * * *", "@hourly")}` };
    const { out } = await next(["-f", "two.yaml", "--count", "1"], files);
    expect(out.split("\n").filter((line) => line.startsWith("orders/"))).toHaveLength(2);
    const json = await next(["-f", "two.yaml", "-o", "json"], files);
    expect(json).toMatchObject({ code: 2, out: "", err: expect.stringContaining("(orders/nightly, orders/hourly)") });
  });
});

describe("what cannot be answered", () => {
  test.each([
    [["60 * * * *"], 'SCHEDULE (spec.schedule) "60 * * * *": '],
    [["0 2 30 2 *"], 'SCHEDULE (spec.schedule) "0 2 30 2 *": never matches'],
    [[""], 'SCHEDULE (spec.schedule) "": '],
    [["0 2 * * *", "--time-zone", "Mars/Olympus"], '--time-zone (spec.timeZone) "Mars/Olympus": '],
    [["0 2 * * *", "--time-zone", ""], '--time-zone (spec.timeZone) "": '],
    [["0 2 * * *", "--from", "2026-03-07"], "'--from <time>' argument '2026-03-07' is invalid. It names no time zone"],
    [["0 2 * * *", "--until", "tomorrow"], "'--until <time>' argument 'tomorrow' is invalid."],
    [["0 2 * * *", "--until", "2026-10-24T11:59Z"], "--until 2026-10-24T11:59:00Z: lies before now"],
    [["0 2 * * *", "--from", "2026-03-07T00:00Z", "--until", "2026-03-06T00:00Z"], "lies before --from 2026-03-07T00:00:00Z"],
    [["0 2 * * *", "--count", "0"], "'--count <number>' argument '0' is invalid. It must be a whole number, 1 to 10000."],
    [["0 2 * * *", "--count", "10001"], "argument '10001' is invalid"],
    [["0 2 * * *", "--count", "1e3"], "argument '1e3' is invalid"],
    [["0 2 * * *", "-o", "yaml"], "'-o, --output <format>' argument 'yaml' is invalid. Allowed choices are json, wide."],
    [
      ["0", "2", "*", "*", "*"],
      "too many arguments for 'next'. Expected 1 argument but got 5: 0, 2, *, *, *.\nA schedule stands in quotes",
    ],
    [["0 2 * * *", "--zone", "UTC"], "unknown option '--zone'"],
    [[], "SCHEDULE: is missing"],
    [["-f", "nowhere.yaml"], "-f nowhere.yaml: cannot be read: ENOENT"],
    [["-f", "a.yaml", "-f", "b.yaml"], "'-f, --filename <file>' argument 'b.yaml' is invalid. -f names a.yaml already"],
    [["0 2 * * *", "-f", "a.yaml"], 'SCHEDULE "0 2 * * *": -f a.yaml says the schedule'],
    [["-f", "a.yaml", "--time-zone", "UTC"], '--time-zone "UTC": -f a.yaml says the zone'],
  ])("%j exits with 2 and names it, on standard error alone", async (args, message) => {
    const { code, out, err } = await next(args);
    expect(err).toContain(`error: ${message.startsWith("'") ? "option " : ""}`);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  test("an unknown command and an unknown option exit with 2", async () => {
    expect(await run(["nxt"])).toMatchObject({ code: 2, out: "", err: expect.stringContaining("unknown command 'nxt'") });
    expect(await run(["--bogus"])).toMatchObject({ code: 2, out: "", err: expect.stringContaining("unknown option '--bogus'") });
  });

  test("a fault of the machine exits with 1", async () => {
    const broken = { clock: { now: () => assert("the clock is broken") }, program: "exclusive-window" };
    let err = "";
    const said = (text: string) => {
      err += text;
    };
    const code = await runProgram(["next", "@daily"], { ...broken, out: said, err: said, read: () => Promise.reject(new Error()) });
    expect({ code, err }).toEqual({ code: 1, err: "error: the clock is broken\n" });
  });
});

describe("the program", () => {
  test("prints help without a command, for --help, for help and for a command", async () => {
    for (const args of [[], ["--help"], ["help"]]) {
      expect(await run(args)).toMatchObject({ code: 0, err: "", out: expect.stringContaining("next [options] [SCHEDULE]") });
    }
    for (const args of [
      ["next", "--help"],
      ["help", "next"],
    ]) {
      const { code, out } = await run(args);
      expect(code).toBe(0);
      expect(out).toMatch(/^Usage: exclusive-window next SCHEDULE \[options\]\n/);
      expect(out).toContain("Exit codes: 0 done, 1 failed, 2 usage or bad input.");
    }
  });

  test("prints its version, that of the time zones and that of Node", async () => {
    const { code, out } = await run(["--version"]);
    expect(code).toBe(0);
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync("package.json", "utf8")));
    expect(out).toBe(`exclusive-window ${version} (tzdata ${process.versions.tz}, Node ${process.versions.node})\n`);
  });

  test("is called as the user called it", async () => {
    expect(programName("/usr/local/bin/exclusive-window")).toBe("exclusive-window");
    expect(programName("/app/exclusive-window.js")).toBe("exclusive-window");
    expect(programName("C:\\bin\\kubectl-exclusive_window.exe")).toBe("kubectl exclusive-window");
    expect(programName("/home/me/.krew/bin/kubectl-exclusive_window")).toBe("kubectl exclusive-window");
    expect((await run(["next", "--help"], {}, "kubectl exclusive-window")).out).toContain(
      "kubectl exclusive-window next -f FILE [options]",
    );
  });
});

function assert(message: string): never {
  throw new Error(message);
}
