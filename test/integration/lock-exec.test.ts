// `lock exec` on a real server: what the command gets, what it answers, and what is left.
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { aDesk, lockExec, node, sh } from "../support/lock-exec.ts";
import { take } from "../support/lock-taker.ts";
import { aLock } from "../support/locks-admin.ts";
import { aPlace, eventually, onPath, session, withServer } from "../support/server-gate.ts";

withServer();

test("the command runs with the locks, its input and its arguments; its exit code is the answer, and nothing is left", async () => {
  const [first, second] = [aPlace().path, aPlace().path];
  const ours = await session();
  const script = `cat; printf '%s %s %s|' "$0" "$EXCLUSIVE_WINDOW_LOCK_PATHS" "$EXCLUSIVE_WINDOW_FENCING_TOKEN"; read go <"$1"; exit 7`;
  const desk = aDesk();
  const running = lockExec([second, first, ...sh(`mkfifo "$1"; ${script}`), "--timeout", desk.at("go")], { input: "in\n" });
  await eventually(() => running.printed.out).toMatch(/\|$/);
  const [token] = await Promise.all([first, second].map(async (path) => [await czxidOn(path), await onPath(ours, path)] as const));
  expect(token?.[1]).toEqual([expect.stringMatching(/^write ./)]);
  writeFileSync(desk.at("go"), "\n");
  const { code, out, err } = await running.ended;
  expect({ code, err }).toEqual({ code: 7, err: "" });
  expect(out).toBe(`in\n--timeout ${first}\n${second} ${token?.[0]}|`);
  expect([await onPath(ours, first), await onPath(ours, second)]).toEqual([[], []]);
});

async function czxidOn(path: string): Promise<string> {
  const ours = await session();
  const [name = ""] = (await ours.children(path)) ?? [];
  return String((await ours.exists(`${path}/${name}`))?.czxid);
}

test("readers run side by side, a writer beside nobody", async () => {
  const { path } = aPlace();
  const ours = await session();
  const reading = await take(ours, { paths: [path], mode: "read" }).held;
  expect((await lockExec(["--mode", "read", path, ...sh("exit 0")]).ended).code).toBe(0);
  const late = await lockExec([path, "--timeout", "0", ...sh("exit 0")]).ended;
  expect(late).toMatchObject({ code: 3, err: `error: not in time: ${reading.nodes[0]} is in the way\n` });
  expect(await ours.children(path)).toHaveLength(1);
});

test("while it waits it says for whom; once the other lets go it runs", async () => {
  const { path } = aPlace();
  const desk = aDesk();
  const held = await take(await session(), { paths: [path] }).held;
  const waiting = lockExec(["-v", "--timeout", "5m", path, ...sh(`touch ${desk.at("ran")}`)]);
  await eventually(() => waiting.printed.err).toBe(`waiting for ours, whose node is ${held.nodes[0]}\n`);
  expect(desk.has("ran")).toBe(false);
  await held.release();
  expect((await waiting.ended).code).toBe(0);
  expect(desk.has("ran")).toBe(true);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s while it waits ends it with %i, and nothing of it is left in line", async (name, code) => {
  const { path } = aPlace();
  const ours = await session();
  await take(ours, { paths: [path] }).held;
  const waiting = lockExec([path, ...sh("exit 0")]);
  await eventually(() => ours.children(path)).toHaveLength(2);
  waiting.child.kill(name);
  expect((await waiting.ended).code).toBe(code);
  expect(await ours.children(path)).toHaveLength(1);
});

test("each signal reaches the command, which decides what it means", async () => {
  const desk = aDesk();
  const names = ["SIGUSR1", "SIGUSR2", "SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;
  const script = `
    const { appendFileSync } = require("node:fs");
    for (const name of ${JSON.stringify(names)}) process.on(name, () => {
      appendFileSync(${JSON.stringify(desk.at("heard"))}, name + " ");
      if (name === "SIGTERM") process.exit(5);
    });
    process.on("SIGCONT", () => undefined);
    setInterval(() => undefined, 1000);
    appendFileSync(${JSON.stringify(desk.at("heard"))}, "ready ");`;
  const running = lockExec([aPlace().path, ...node(script)]);
  let heard = "ready ";
  for (const name of names) {
    await eventually(() => desk.read("heard")).toBe(heard);
    running.child.kill(name);
    heard += `${name} `;
  }
  expect((await running.ended).code).toBe(5);
  expect(desk.read("heard")).toBe(heard);
});

test("a command that a signal ends, that is not there or that cannot be run is answered for as by a shell", async () => {
  const desk = aDesk();
  writeFileSync(desk.at("text"), "no program");
  const { path } = aPlace();
  expect((await lockExec([path, ...sh("kill -KILL $$")]).ended).code).toBe(137);
  expect(await lockExec([path, "--", "/nowhere/at-all"]).ended).toMatchObject({ code: 127, err: "error: /nowhere/at-all: not found\n" });
  expect((await lockExec([path, "--", desk.at("text")]).ended).code).toBe(126);
  expect(await (await session()).children(path)).toEqual([]);
});

test("a dataset is locked hour by hour, so that LogDriver sees it", async () => {
  const ours = await session();
  const hour = (name: string) => `/logdriver/locks/service/9/shop/cart/logs/${name}/db`;
  const dataset = [
    "--service-path",
    "/service/9/shop/cart/logs",
    "--component",
    "db",
    "--from",
    "20261126/23",
    "--to",
    "2026-11-27T01:00Z",
  ];
  const { code, out } = await lockExec([...dataset, "--mode", "read", ...sh('printf %s "$EXCLUSIVE_WINDOW_LOCK_PATHS"')]).ended;
  expect({ code, out }).toEqual({ code: 0, out: `${hour("20261126/23")}\n${hour("20261127/00")}` });
  const writer = await aLock(ours, hour("20261127/00"), "ZooKeeperRecipe", "write");
  const late = await lockExec([...dataset, "--mode", "read", "--timeout", "0", ...sh("exit 0")]).ended;
  expect(late).toMatchObject({ code: 3, err: expect.stringContaining(writer) });
});
