// `lock exec` when ZooKeeper goes away, when its node is deleted, when it is killed: by then, whoever works without a lock is ended.
import { expect, test } from "vitest";
import { aDesk, lockExec, node, sh } from "../support/lock-exec.ts";
import { take } from "../support/lock-taker.ts";
import { aPlace, eventually, onPath, server, session, withServer } from "../support/server-gate.ts";
import { aProxy } from "../support/sessions.ts";

withServer();

/** Of the server's shortest kind: it expires in seconds. */
const short = ["--session-timeout", "3"] as const;

/** Says that it runs, and ends on no signal that can be ignored; so does a child of its own, whose process it names. */
const stubborn = (file: string) => `
  const { spawn } = require("node:child_process");
  const { appendFileSync } = require("node:fs");
  const deaf = 'process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000); process.stdout.write("ready");';
  const child = spawn(process.execPath, ["--eval", deaf], { stdio: ["ignore", "pipe", "ignore"] });
  process.on("SIGTERM", () => appendFileSync(${JSON.stringify(file)}, " TERM"));
  child.stdout.once("data", () => appendFileSync(${JSON.stringify(file)}, String(child.pid)));`;

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("cut off from ZooKeeper the command is told to end, then killed with all that it started, and the exit code is 4", async () => {
  const { path } = aPlace();
  const desk = aDesk();
  const proxy = await aProxy(server());
  const zookeeper = { EXCLUSIVE_WINDOW_ZOOKEEPER: proxy.connectString };
  const running = lockExec([...short, "--kill-after", "500ms", path, ...node(stubborn(desk.at("pid")))], { env: zookeeper });
  await eventually(() => desk.read("pid")).toMatch(/^\d+$/);
  const grandchild = Number(desk.read("pid"));
  proxy.refuse();
  const { code, err } = await running.ended;
  expect({ code, err }).toEqual({ code: 4, err: expect.stringMatching(/^error: the lock was lost: .*: the command is being ended\n$/) });
  expect(desk.read("pid")).toBe(`${grandchild} TERM`);
  await eventually(() => isThere(grandchild)).toBe(false);
});

test("a node that somebody deletes is a lock that is lost", async () => {
  const { path } = aPlace();
  const ours = await session();
  const running = lockExec([path, ...sh("sleep 1000")]);
  await eventually(() => ours.children(path)).toHaveLength(1);
  const [name = ""] = (await ours.children(path)) ?? [];
  await ours.remove(`${path}/${name}`, -1);
  expect(await running.ended).toMatchObject({ code: 4, err: expect.stringContaining("deleted by somebody else") });
});

test("who is killed is followed by the next, once the session has expired", async () => {
  const { path } = aPlace();
  const desk = aDesk();
  const ours = await session();
  const killed = lockExec([...short, path, ...sh(`echo $$ >${desk.at("first")}; exec sleep 1000`)]);
  await eventually(() => desk.read("first")).toMatch(/\n$/);
  const next = lockExec([path, ...sh(`touch ${desk.at("second")}`)]);
  await eventually(() => onPath(ours, path)).toHaveLength(2);
  killed.child.kill("SIGKILL");
  process.kill(Number(desk.read("first")), "SIGKILL");
  expect((await killed.ended).code).toBeNull();
  expect((await next.ended).code).toBe(0);
  expect(desk.has("second")).toBe(true);
});

test("a session that is lost while it waits is followed by another, until the lock comes", async () => {
  const { path } = aPlace();
  const desk = aDesk();
  const ours = await session();
  const held = await take(ours, { paths: [path] }).held;
  const proxy = await aProxy(server());
  const zookeeper = { EXCLUSIVE_WINDOW_ZOOKEEPER: proxy.connectString };
  const waiting = lockExec([...short, "-v", path, ...sh(`touch ${desk.at("ran")}`)], { env: zookeeper });
  const inLine = async () => (await ours.children(path))?.filter((name) => `${path}/${name}` !== held.nodes[0]) ?? [];
  await eventually(inLine).toHaveLength(1);
  const before = await inLine();
  proxy.refuse();
  await eventually(() => waiting.printed.err).toContain("the ZooKeeper session was lost: waiting anew");
  await eventually(inLine).toEqual([]);
  proxy.open();
  await eventually(inLine).toHaveLength(1);
  expect(await inLine()).not.toEqual(before);
  expect(desk.has("ran")).toBe(false);
  await held.release();
  expect((await waiting.ended).code).toBe(0);
  expect(desk.has("ran")).toBe(true);
});

test.each(["hold", "refuse"] as const)(
  "where ZooKeeper is away (%s) a wait ends in time all the same, or when it is told to",
  async (how) => {
    const { path } = aPlace();
    const ours = await session();
    await take(ours, { paths: [path] }).held;
    const proxy = await aProxy(server());
    const zookeeper = { EXCLUSIVE_WINDOW_ZOOKEEPER: proxy.connectString };
    const [timed, told] = [
      lockExec([path, "--timeout", "10", ...sh("exit 0")], { env: zookeeper }),
      lockExec([path, ...sh("exit 0")], { env: zookeeper }),
    ];
    await eventually(() => ours.children(path)).toHaveLength(3);
    proxy[how]();
    told.child.kill("SIGTERM");
    expect((await told.ended).code).toBe(143);
    expect(await timed.ended).toMatchObject({ code: 3, err: expect.stringContaining("not in time") });
  },
);
