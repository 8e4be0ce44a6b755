// The sidecar as a process, and the commands that ask it, as a Pod runs them.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { promoted, queued, released } from "../support/lock-world.ts";
import { aPlace, eventually, onPath, server, session, withServer } from "../support/server-gate.ts";

withServer();

const program = new URL("../../bin/exclusive-window.js", import.meta.url).pathname;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): Started {
  const child = spawn(process.execPath, [program, "gate", ...args], { env: { PATH: process.env["PATH"], ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    texts.out += more;
  });
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    texts.err += more;
  });
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, ...texts })));
  return { child, ended };
}

/** A sidecar behind a Unix socket, with a file; `gate` runs a command that asks it. */
function aPod(lockPath: string, more: Readonly<Record<string, string>> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "sidecar-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const env = { EXCLUSIVE_WINDOW_GATE_LISTEN: `unix:${join(directory, "socket")}`, ...more };
  const own = {
    ...env,
    EXCLUSIVE_WINDOW_ZOOKEEPER: server().connectString,
    EXCLUSIVE_WINDOW_LOCKS: lockPath,
    EXCLUSIVE_WINDOW_GATE_FILE: join(directory, "open"),
    POD_IP: "10.0.0.1",
  };
  return {
    file: own.EXCLUSIVE_WINDOW_GATE_FILE,
    at: (name: string) => join(directory, name),
    sidecar: () => start([], own),
    gate: (...args: readonly string[]) => start(args, env),
  };
}

const node = (script: string) => [process.execPath, "--eval", script];

test("SIGTERM lets the work in flight finish, releases the lock, and ends with 0", async () => {
  const { path } = aPlace();
  const pod = aPod(path);
  const sidecar = pod.sidecar();
  expect((await pod.gate("wait", "--open").ended).code).toBe(0);
  const go = pod.at("go");
  const work = pod.gate(
    "run",
    "--",
    ...node(
      `require("fs").writeFileSync("${go}", process.env.EXCLUSIVE_WINDOW_FENCING_TOKEN); process.stdin.on("end", () => process.exit(7)).resume()`,
    ),
  );
  await eventually(() => existsSync(go) && readFileSync(go, "utf8")).toMatch(/^\d+$/);
  sidecar.child.kill("SIGTERM");
  expect((await pod.gate("wait", "--closed").ended).code).toBe(0);
  expect(existsSync(pod.file)).toBe(false);
  const other = await session();
  expect(await onPath(other, path)).toEqual(["read 10.0.0.1"]);
  work.child.stdin?.end();
  expect((await work.ended).code).toBe(7);
  expect(await sidecar.ended).toMatchObject({ code: 0, err: "" });
  expect(await onPath(other, path)).toEqual([]);
});

test("one that was killed is followed by one that takes its socket and removes its file", async () => {
  const { path, run } = aPlace();
  const pod = aPod(path, { EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS: "3" });
  const first = pod.sidecar();
  await pod.gate("wait", "--open").ended;
  first.child.kill("SIGKILL");
  await first.ended;
  expect(existsSync(pod.file)).toBe(true);
  expect(await pod.gate("status").ended).toMatchObject({ code: 1, err: expect.stringContaining("no gate answers at unix:") });
  const controller = await session();
  await queued(controller, run);
  pod.sidecar();
  expect((await pod.gate("wait", "--closed").ended).code).toBe(0);
  expect(existsSync(pod.file)).toBe(false);
  await released(controller, run);
  expect((await pod.gate("wait", "--open").ended).code).toBe(0);
});

test("a command waits for the window's end, and is not started when that does not come in time", async () => {
  const { path, run } = aPlace();
  const pod = aPod(path);
  const controller = await session();
  await queued(controller, run);
  await promoted(controller, run);
  pod.sidecar();
  const done = pod.at("done");
  const script = node(`require("fs").writeFileSync("${done}", "")`);
  const late = await pod.gate("run", "--timeout", "2s", "--", ...script).ended;
  expect(late).toMatchObject({ code: 3, err: expect.stringContaining("not open in time") });
  expect(existsSync(done)).toBe(false);
  const waiting = pod.gate("run", "--", ...script);
  const status = await pod.gate("status", "-o", "json").ended;
  expect(JSON.parse(status.out)).toMatchObject({ open: false, locks: [{ path }] });
  await released(controller, run);
  expect((await waiting.ended).code).toBe(0);
  expect(existsSync(done)).toBe(true);
});

test("a command whose lease is lost is ended", async () => {
  const { path, run } = aPlace();
  const pod = aPod(path, { EXCLUSIVE_WINDOW_DRAIN_TIMEOUT_SECONDS: "0.1" });
  pod.sidecar();
  const work = pod.gate("run", "--ttl", "3s", "--", ...node(`require("fs").writeFileSync("${pod.at("go")}", ""); process.stdin.resume()`));
  await eventually(() => existsSync(pod.at("go"))).toBe(true);
  await queued(await session(), run);
  expect(await work.ended).toMatchObject({ code: 4, err: expect.stringContaining("the lease was lost") });
});

test("a drain by preStop leaves the process, which answers, and nothing at the server", async () => {
  const { path } = aPlace();
  const pod = aPod(path);
  pod.sidecar();
  await pod.gate("wait", "--open").ended;
  expect((await pod.gate("drain").ended).code).toBe(0);
  expect(await onPath(await session(), path)).toEqual([]);
  expect(await pod.gate("status").ended).toMatchObject({ code: 0, out: expect.stringMatching(/^closed .*\nLOCK +STATE +FENCING TOKEN\n/) });
});

test("settings that cannot be used are all named at once", async () => {
  const env = { EXCLUSIVE_WINDOW_LOCKS: "/a/lock=", EXCLUSIVE_WINDOW_GATE_LISTEN: "0.0.0.0:9271", EXCLUSIVE_WINDOW_ON_OPEN: "https://x" };
  const { code, err } = await start([], env).ended;
  expect(code).toBe(2);
  expect(err.split("\n").map((line) => /^error: (\w+)/.exec(line)?.[1])).toEqual([
    "EXCLUSIVE_WINDOW_LOCKS",
    "EXCLUSIVE_WINDOW_ZOOKEEPER",
    "EXCLUSIVE_WINDOW_GATE_LISTEN",
    "EXCLUSIVE_WINDOW_ON_OPEN",
    undefined,
  ]);
});
