// What the sidecar tells those who do not ask: the file and the hooks, in an order that no lock is released before.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { promoted, queued, released } from "../support/lock-world.ts";
import { aPlace, eventually, onPath, server, session, withServer } from "../support/server-gate.ts";
import { aSidecar } from "../support/sidecar-world.ts";

withServer();

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "sidecar-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** What hooks post to: answers with what `answer` says, when it says so. */
async function anApplication(answer: (event: string) => Promise<number>) {
  const heard: string[] = [];
  const application: Server = createServer((request, response) => {
    const event = (request.url ?? "").slice(1);
    heard.push(event);
    void answer(event).then((status) => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    application.closeAllConnections();
    application.close();
  });
  const { port } = application.address() as AddressInfo;
  return { heard, hooks: { ON_CLOSING: `http://127.0.0.1:${port}/closing`, ON_OPEN: `http://127.0.0.1:${port}/open` } };
}

describe("the file", () => {
  test("exists exactly while the gate is open, and one that a dead predecessor left goes at the start", async () => {
    const { path, run } = aPlace();
    const file = join(aDirectory(), "open");
    const controller = await session();
    await queued(controller, run);
    writeFileSync(file, "");
    const sidecar = await aSidecar({ ZOOKEEPER: server().connectString, LOCKS: path, GATE_FILE: file });
    expect(existsSync(file)).toBe(false);
    await released(controller, run);
    await sidecar.is("open");
    expect(existsSync(file)).toBe(true);
    const closed = sidecar.ask("GET", "/v1/gate?wait=60s&for=closed", 60_000).then(() => existsSync(file));
    await sidecar.ask("PUT", "/v1/leases/work");
    await queued(controller, run);
    expect(await closed).toBe(false);
    expect(await sidecar.state()).toBe("draining");
    await sidecar.ask("DELETE", "/v1/leases/work");
    await sidecar.is("paused");
    await released(controller, run);
    await sidecar.is("open");
    expect(existsSync(file)).toBe(true);
    await sidecar.close();
    expect(existsSync(file)).toBe(false);
  });

  test("that cannot be removed keeps the lock until it can", async () => {
    const { path, run } = aPlace();
    const file = join(aDirectory(), "open");
    const sidecar = await aSidecar({ ZOOKEEPER: server().connectString, LOCKS: path, GATE_FILE: file });
    await sidecar.is("open");
    // A directory stands for whatever keeps a file from being removed.
    rmSync(file);
    mkdirSync(file);
    const controller = await session();
    await queued(controller, run);
    await sidecar.is("draining");
    expect(await onPath(controller, path)).toContain("read 10.0.0.1");
    rmSync(file, { recursive: true });
    await sidecar.is("paused");
  });
});

describe("the hooks", () => {
  test("are called when the gate has opened and when it closes, and the lock is held until the closing one has ended", async () => {
    const { path, run } = aPlace();
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const application = await anApplication(async (event) => {
      if (event === "closing") await ended;
      return 204;
    });
    const sidecar = await aSidecar({ ZOOKEEPER: server().connectString, LOCKS: path, ...application.hooks });
    await eventually(() => application.heard).toEqual(["open"]);
    const controller = await session();
    await queued(controller, run);
    await eventually(() => application.heard).toEqual(["open", "closing"]);
    expect(await onPath(controller, path)).toContain("read 10.0.0.1");
    expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(423);
    end();
    await sidecar.is("paused");
    await promoted(controller, run);
    await released(controller, run);
    await eventually(() => application.heard).toEqual(["open", "closing", "open"]);
  });

  test("that fail are called again until one succeeds", async () => {
    const { path, run } = aPlace();
    const answers = [500, 204];
    const application = await anApplication(async (event) => (event === "closing" ? (answers.shift() ?? 500) : 204));
    const sidecar = await aSidecar({ ZOOKEEPER: server().connectString, LOCKS: path, ...application.hooks });
    await sidecar.is("open");
    await queued(await session(), run);
    await sidecar.is("paused");
    expect(application.heard).toEqual(["open", "closing", "closing"]);
  });

  test("that fail for longer than they may open nothing, and keep the lock no longer", async () => {
    const { path, run } = aPlace();
    const application = await anApplication(async () => 500);
    const env = { ZOOKEEPER: server().connectString, LOCKS: path, ...application.hooks, HOOK_TIMEOUT_SECONDS: "0.5" };
    const sidecar = await aSidecar(env);
    await sidecar.is("open");
    await queued(await session(), run);
    await sidecar.is("paused");
    expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(423);
  });

  test("may be commands, which are told what happens", async () => {
    const { path, run } = aPlace();
    const directory = aDirectory();
    const program = join(directory, "hook.mjs");
    const [heard, env] = [join(directory, "heard"), "process.env.EXCLUSIVE_WINDOW_GATE"];
    writeFileSync(
      program,
      `import { appendFileSync } from "node:fs"; appendFileSync(process.argv[2], ${env}_EVENT + " " + JSON.parse(${env}_STATE).state + "\\n");`,
    );
    const hook = `${process.execPath} ${program} ${heard}`;
    const sidecar = await aSidecar({ ZOOKEEPER: server().connectString, LOCKS: path, ON_CLOSING: hook, ON_OPEN: hook });
    await eventually(() => existsSync(heard) && readFileSync(heard, "utf8")).toBe("open open\n");
    await queued(await session(), run);
    await sidecar.is("paused");
    expect(readFileSync(heard, "utf8")).toBe("open open\nclosing draining\n");
  });
});
