// The command line as a process where the network, the user or the reader of its output goes away in the middle.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { someBatches, startInstance } from "../support/component-runs.ts";
import { aDesk, lockExec, sh } from "../support/lock-exec.ts";
import { aLock } from "../support/locks-admin.ts";
import { aPlace, eventually, server, session, withServer } from "../support/server-gate.ts";
import { aProxy } from "../support/sessions.ts";
import { startOurs } from "../support/started-program.ts";

withServer();

const watching = (path: string, zookeeper: string) => startOurs(["locks", "watch", path, "--zookeeper", zookeeper]);

/** Takes connections, and says nothing. */
async function aSilentServer() {
  const callers = new Set<Socket>();
  const silent = createServer((caller) => void callers.add(caller.on("error", () => undefined)));
  onTestFinished(() => {
    silent.close();
    for (const caller of callers) caller.destroy();
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  return { connectString: `127.0.0.1:${port}`, called: () => callers.size > 0 };
}

test("a watch outlasts a connection that is away", async () => {
  const { path } = aPlace();
  const proxy = await aProxy(server());
  const { child, ended, printed } = watching(path, proxy.connectString);
  await eventually(() => printed.out).toContain("read 0 held");
  proxy.refuse();
  await eventually(() => printed.err).toContain("is away");
  proxy.open();
  await eventually(() => printed.err).toContain("is back");
  await aLock(await session(), path, "Curator", "read");
  await eventually(() => printed.out).toContain("read 1 held");
  child.kill("SIGINT");
  expect((await ended).code).toBe(0);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s ends a watch that no server answers", async (name) => {
  const silent = await aSilentServer();
  const { child, ended } = watching("/locks/silent", silent.connectString);
  await eventually(() => silent.called()).toBe(true);
  child.kill(name);
  expect((await ended).code).toBe(0);
});

test("a watch ends when nobody reads on", async () => {
  const { path } = aPlace();
  const { child, ended, printed } = watching(path, server().connectString);
  await eventually(() => printed.out).toContain("read 0 held");
  child.stdout?.destroy();
  await aLock(await session(), path, "Curator", "read");
  expect((await ended).code).toBe(0);
});

const component = (batches: ReturnType<typeof someBatches>, name: string, query = batches.query) => [
  ...["--name", name, "--simultaneous-processes", "1", "--queue", "2", "--query", query, "--", batches.work, "{batch}"],
];

test("SIGTERM ends an instance that no server answers", async () => {
  const silent = await aSilentServer();
  const { child, ended } = startInstance(silent.connectString, "one", component(someBatches(1), "Silent"));
  await eventually(() => silent.called()).toBe(true);
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 1, err: "error: it was told to end before all was done\n" });
});

test("an instance whose results nobody reads does its batches all the same, and holds their locks meanwhile", async () => {
  const batches = someBatches(2);
  batches.stick("one");
  const { child, ended } = startInstance(server().connectString, "one", component(batches, "Unread"));
  await eventually(() => batches.begun("one")).toHaveLength(1);
  child.stdout?.destroy();
  batches.unstick("one");
  await ended;
  expect(batches.done()).toBe(2);
});

test("a command whose lock is lost is ended although nobody reads why", async () => {
  const { path } = aPlace();
  const desk = aDesk();
  const { child, ended } = lockExec([
    path,
    "--kill-after",
    "1",
    ...sh(`trap "" TERM; echo $$ >${desk.at("pid")}; while :; do sleep 0.1; done`),
  ]);
  await eventually(() => desk.read("pid")).toMatch(/\n$/);
  const pid = Number(desk.read("pid"));
  onTestFinished(() => void (isThere(pid) && process.kill(pid, "SIGKILL")));
  child.stderr?.destroy();
  const ours = await session();
  for (const name of (await ours.children(path)) ?? []) await ours.remove(`${path}/${name}`, -1);
  expect((await ended).code).toBe(4);
  expect(isThere(pid)).toBe(false);
});

test("a query whose offspring keeps its output open is given up in time, and the component's lock with it", async () => {
  const batches = someBatches(1);
  const daemon = `
    const { spawn } = require("node:child_process");
    const child = spawn("sleep", ["1000"], { detached: true, stdio: ["ignore", "inherit", "ignore"] });
    require("node:fs").writeFileSync("${batches.at("pid")}", String(child.pid));
    child.unref();`;
  writeFileSync(batches.at("daemon"), daemon);
  const pid = batches.at("pid");
  onTestFinished(() => void (existsSync(pid) && process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL")));
  const query = `echo B1; exec '${process.execPath}' - <'${batches.at("daemon")}'`;
  const { ended } = startInstance(server().connectString, "one", ["--query-timeout", "2", ...component(batches, "Daemon", query)]);
  expect(await ended).toMatchObject({ code: 1, err: "error: the query for batches failed: it had not ended after 2 s\n" });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
