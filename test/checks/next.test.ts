// The command line as users meet it: `npx exclusive-window` in this checkout, without a build and without a registry, on the Node that
// npx finds here; the launcher by itself; and what the documents say that it prints.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { blocksOf, commandsOf, readDocument } from "../support/documents.ts";
import { project } from "./planted-tree.ts";

const vectors = z
  .array(
    z.object({
      id: z.string(),
      timeZone: z.string(),
      schedule: z.string(),
      fromUTC: z.string(),
      toUTC: z.string(),
      expected: z.array(z.string()),
    }),
  )
  .parse(JSON.parse(readFileSync(join(project, "test/data/schedule-vectors.json"), "utf8")));

const launcher = join(project, "bin/exclusive-window.js");
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(realpathSync(tmpdir()), "exclusive-window-next-"));
  for (const name of ["exclusive-window", "kubectl-exclusive_window"]) symlinkSync(launcher, join(directory, name));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | string | undefined;
  readonly out: string;
  readonly err: string;
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: project, env: { ...process.env, ...env } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : (error.code ?? undefined), out, err });
    });
  });
}

/** As a user's shell finds it: npx, on whichever Node it runs, has to find this project's own. No registry answers. */
function npx(args: readonly string[]): Promise<Outcome> {
  const own = join(project, "node_modules/.bin");
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((entry) => entry !== own);
  const npm = {
    npm_config_cache: join(directory, "cache"),
    npm_config_registry: "http://127.0.0.1:9/",
    npm_config_update_notifier: "false",
  };
  return run("npx", args, { ...npm, PATH: path.join(delimiter) });
}

const instants = (texts: readonly string[]): readonly number[] => texts.map((text) => Date.parse(text));

describe("npx exclusive-window", () => {
  test.each(vectors)("next prints the runs of $id: $schedule in $timeZone", async ({ schedule, timeZone, fromUTC, toUTC, expected }) => {
    const range = ["--from", fromUTC, "--until", toUTC];
    const { code, out } = await npx(["exclusive-window", "next", schedule, "--time-zone", timeZone, ...range, "-o", "json"]);
    expect(code).toBe(0);
    const printed = z.array(z.string()).parse(JSON.parse(out));
    for (const text of printed) expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(instants(printed)).toEqual(instants(expected));
  });

  test.each([
    [["60 2 * * *"], 'spec.schedule) "60 2 * * *"'],
    [["0 2 * * *", "--time-zone", "Mars/Olympus"], 'spec.timeZone) "Mars/Olympus"'],
    [["0 2 * * *", "--from", "2026-03-07"], "'--from <time>' argument '2026-03-07'"],
  ])("next %j exits with 2 and names it", async (args, message) => {
    const { code, out, err } = await npx(["exclusive-window", "next", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });

  test("--version names the versions of the project, of the time zones and of the project's Node", async () => {
    const { version, devDependencies } = z
      .object({ version: z.string(), devDependencies: z.object({ node: z.string() }) })
      .parse(JSON.parse(readFileSync(join(project, "package.json"), "utf8")));
    const { code, out } = await npx(["exclusive-window", "--version"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^exclusive-window \S+ \(tzdata \d{4}[a-z]+, Node \S+\)\n$/);
    expect(out).toContain(`exclusive-window ${version} (`);
    expect(out).toContain(`, Node ${devDependencies.node})`);
  });
});

describe("the launcher", () => {
  test("calls itself as kubectl does, where kubectl finds it as a plugin", async () => {
    const { code, out } = await run(process.execPath, [join(directory, "kubectl-exclusive_window"), "next", "--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: kubectl exclusive-window next SCHEDULE/);
  });

  test("tells an older Node that it is too old", async () => {
    const older = join(directory, "older.mjs");
    writeFileSync(older, 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "22.18.0" } });\n');
    expect(await run(process.execPath, ["--import", older, launcher, "--version"])).toEqual({
      code: 1,
      out: "",
      err: "error: exclusive-window needs Node 22.19 or later, and this is Node 22.18.0\n",
    });
  });

  test("ends in peace when nobody reads on", async () => {
    const many = `'${process.execPath}' '${launcher}' next '* * * * *' --count 10000 -o wide`;
    const { out, err } = await run("sh", ["-c", `(${many}; echo "exit $?" >&2) | head -n 1`]);
    expect({ out, err }).toEqual({ out: "Every minute, every hour, every day (UTC)\n", err: "exit 0\n" });
  });
});

describe("docs/reference/cli.md", () => {
  const file = "docs/reference/cli.md";
  const blocks = blocksOf(file, readDocument(file));
  const examples = blocks.flatMap((block, index) => {
    const answer = blocks[index + 1];
    const [command] = commandsOf(block);
    return answer?.language === "text" && command !== undefined ? [{ command: command.text, answer: answer.text }] : [];
  });

  test("has examples", () => expect(examples.length).toBeGreaterThan(3));

  test.each(examples)("says what $command prints", async ({ command, answer }) => {
    const path = [directory, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
    const { code, out, err } = await run("sh", ["-c", command], { PATH: path });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe(`${answer}\n`);
  });
});
