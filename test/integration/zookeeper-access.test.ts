// Who may do what, on a real server, when the controller logs in: processors that do not can lock and read, and no more; and what
// the ACL of a lock path cannot prevent.
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import { ProcessorGate } from "../../src/processor/gate.ts";
import type { GateOptions } from "../../src/processor/options.ts";
import { fencePath, heldPath, heldRoot, readersPath, root } from "../../src/protocol/paths.ts";
import type { Identity } from "../../src/zookeeper/access.ts";
import { ensureForProcessors, ensureLockPaths } from "../../src/zookeeper/lock-paths.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aRun, curatorNode, promoted, queued, released, treeOf } from "../support/lock-world.ts";
import { aSession } from "../support/sessions.ts";

const nothing = Buffer.alloc(0);
const controllers = { scheme: "digest", credentials: "controller:hunter2" } as const;
const dir = mkdtempSync(join(tmpdir(), "access-"));
let server: ZooKeeperServer;

beforeAll(async () => {
  server = await startZooKeeper();
});
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true });
});

/** A tree of its own, the controller's session on it, a stranger's, and a lock below the controller's root. */
async function aPlace(processors?: readonly Identity[]) {
  const chroot = `/${randomUUID()}`;
  const plain = await aSession(server.connectString);
  await plain.create(chroot, nothing, "persistent");
  const servers = server.connectString + chroot;
  const access = processors === undefined ? {} : { access: { kind: "creator", processors } as const };
  const controller = await aSession(servers, { auth: controllers, ...access });
  const lock = { path: `${root}/orders/nightly/lock`, signalPath: `${root}/orders/nightly/signal` };
  return { servers, controller, stranger: await aSession(servers), lock, run: aRun("r1", [lock]) };
}

async function aGate(options: GateOptions): Promise<ProcessorGate> {
  const gate = await ProcessorGate.open(options);
  onTestFinished(() => gate.close());
  return gate;
}

function digestFile(credentials: string): string {
  const file = join(dir, randomUUID());
  writeFileSync(file, credentials);
  return file;
}

/** As ZooKeeper names a user of its digest scheme. */
function digestIdentity(credentials: string): Identity {
  const hash = createHash("sha1").update(credentials).digest("base64");
  return { scheme: "digest", id: `${credentials.split(":")[0]}:${hash}` };
}

describe("a processor that does not log in", () => {
  test("takes its read lock on a path that the controller made, and releases it", async () => {
    const { servers, controller, lock } = await aPlace();
    await ensureForProcessors(controller, [lock]);
    const gate = await aGate({ zookeeper: servers, lockPath: lock.path, signalPath: lock.signalPath });
    await gate.opened();
    expect((await controller.children(lock.path))?.length).toBe(1);
    await gate.close();
    expect(await controller.children(lock.path)).toEqual([]);
  });

  test("locks without a mark where there is no place for marks, and it may make none", async () => {
    const { servers, controller, lock } = await aPlace();
    await ensureLockPaths(controller, [lock]);
    const gate = await aGate({ zookeeper: servers, lockPath: lock.path, signalPath: lock.signalPath });
    await gate.opened();
    expect([(await controller.children(lock.path))?.length, await controller.exists(readersPath(lock.path))]).toEqual([1, undefined]);
  });

  test("may neither change nor delete what a run holds, nor put anything beside it; and the run is released", async () => {
    const { controller, stranger, lock, run } = await aPlace();
    await queued(controller, run);
    const [node = ""] = await promoted(controller, run);
    const before = await treeOf(controller);
    const held = heldPath(run.installation, run.runId);
    const attempts: readonly Promise<unknown>[] = [
      ...[lock.signalPath, held, fencePath(lock.signalPath), `${lock.path}/${node}`, lock.path, root].map((path) =>
        stranger.set(path, nothing, -1),
      ),
      ...[lock.signalPath, held, fencePath(lock.signalPath)].map((path) => stranger.remove(path, -1)),
      ...[`${lock.signalPath}-2`, `${heldRoot}/main/r2`, `${heldRoot}/mine`, `${root}/payments`].map((path) =>
        stranger.create(path, nothing, "persistent"),
      ),
      stranger.transaction([
        { op: "remove", path: lock.signalPath, version: -1 },
        { op: "create", path: lock.signalPath, data: nothing, mode: "persistent" },
      ]),
    ];
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.map((o) => (o.status === "rejected" ? o.reason.code : o.value))).toEqual(attempts.map(() => "NoAuth"));
    expect(await treeOf(controller)).toEqual(before);
    expect(await treeOf(stranger)).toEqual(before); // it may read all of it
    await released(controller, run);
    expect([await stranger.exists(lock.signalPath), await stranger.children(lock.path), await stranger.exists(held)]).toEqual([
      undefined,
      [],
      undefined,
    ]);
  });

  test("may delete any node on the lock path, the run's too: ACLs cannot tell there, and the run notices", async () => {
    const { controller, stranger, lock, run } = await aPlace();
    await queued(controller, run);
    const [node = ""] = await promoted(controller, run);
    await stranger.remove(`${lock.path}/${node}`, -1);
    expect(await controller.children(lock.path)).toEqual([]);
    await released(controller, run);
  });
});

describe("the nodes that stand already", () => {
  test("keep their ACLs, also where they leave a signal unprotected", async () => {
    const { controller, stranger, lock, run } = await aPlace();
    await stranger.createParents(lock.path); // as an unmodified processor makes it before any controller
    await queued(controller, run);
    const path = lock.path.slice(0, lock.path.lastIndexOf("/"));
    await stranger.set(path, Buffer.from("open as ever"), -1);
    await expect(stranger.set(lock.signalPath, nothing, -1)).rejects.toMatchObject({ code: "NoAuth" });
    await stranger.remove(lock.signalPath, -1); // the node above is everyone's
  });
});

describe("a processor that logs in", () => {
  test("has its read node to itself, to be read by all, and makes parents that are everyone's", async () => {
    const { servers, controller, stranger } = await aPlace();
    const lockPath = "/payments/lock";
    const auth = { digest: { file: digestFile("processor:other-word\n") } };
    const gate = await aGate({ zookeeper: servers, lockPath, auth, owner: "10.0.0.7" });
    await gate.opened();
    const path = `${lockPath}/${(await stranger.children(lockPath))?.[0]}`;
    expect((await stranger.get(path))?.data.toString()).toBe("10.0.0.7");
    for (const other of [stranger, controller]) await expect(other.set(path, nothing, -1)).rejects.toMatchObject({ code: "NoAuth" });
    await queued(controller, aRun("r2", [{ path: lockPath, signalPath: "/payments/signal" }]));
    await curatorNode(stranger, "READ", lockPath);
  });

  test("alone may lock and read where the controller names the processors", async () => {
    const credentials = "processor:other-word";
    const { servers, controller, stranger, lock } = await aPlace([digestIdentity(credentials)]);
    await ensureForProcessors(controller, [lock]);
    const auth = { digest: { file: digestFile(credentials) } };
    const gate = await aGate({ zookeeper: servers, lockPath: lock.path, signalPath: lock.signalPath, auth });
    await gate.opened();
    await expect(curatorNode(stranger, "READ", lock.path)).rejects.toMatchObject({ code: "NoAuth" });
    await expect(stranger.children(lock.path)).rejects.toMatchObject({ code: "NoAuth" });
  });
});

test("a password that is wrong is found out at the first node that is somebody else's", async () => {
  const { servers, controller, lock, run } = await aPlace();
  await queued(controller, run);
  const impostor: Session = await aSession(servers, { auth: { scheme: "digest", file: digestFile("controller:guess") } });
  await expect(impostor.set(lock.signalPath, nothing, -1)).rejects.toMatchObject({ code: "NoAuth" });
});
