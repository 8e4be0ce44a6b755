// A tree that holds locks of every kind, and what `locks scan -o json` has to say of it.
import type { Curator } from "../../dev/curator/curator.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aRun, promoted, queued } from "./lock-world.ts";
import { aLease, aLock } from "./locks-admin.ts";

const none = { held: 0, waiting: 0 };
const well = { foreign: [], blind: null, sequence: null };
const times = { czxid: "<czxid>", created: "<created>", ageSeconds: "<ageSeconds>" };
const nobody = { window: null, run: null };

function node(name: string, dialect: string, given: object) {
  return { name, dialect, mode: "write", state: "held", waitsFor: [], owner: "10.0.0.1", session: "ours", ...nobody, ...times, ...given };
}

function lock(path: string, dialects: readonly string[], given: object) {
  return { path, exists: true, lastModified: "<lastModified>", dialects, read: none, write: none, ...well, ...given };
}

const [mutex, semaphore] = ["CuratorMutex", "CuratorSemaphoreMutex"];
const lease = "leases/_c_<uuid>-lease-0000000000";
const hour = "/logdriver/locks/service/99/web/logs/20261126/04/app";

/** A lock of each dialect, made by Curator and as others make them, and that of a window's run. */
export async function oneOfEach(ours: Session, curator: Curator): Promise<void> {
  const run = aRun("nightly-1", [
    { path: "/exclusive-windows/orders/nightly/lock", signalPath: "/exclusive-windows/orders/nightly/signal" },
  ]);
  await curator.acquire("read", "/apps/curator").held;
  void curator.acquire("write", "/apps/curator");
  await aLock(ours, hour, "ZooKeeperRecipe", "read");
  await aLock(ours, hour, "ZooKeeperRecipe", "write");
  for (const kind of ["mutex", "semaphore"] as const) {
    await curator.acquire(kind, `/apps/curator-${kind}`).held;
    void curator.acquire(kind, `/apps/curator-${kind}`);
  }
  await aLock(ours, "/apps/mutex", "CuratorMutex");
  await aLock(ours, "/apps/semaphore", "CuratorSemaphoreMutex");
  await aLease(ours, "/apps/semaphore");
  await aLock(ours, "/apps/semaphore", "CuratorSemaphoreMutex", "write 10.0.0.2");
  await queued(ours, run);
  await promoted(ours, run);
}

function ofCurator(address: string) {
  const its = { owner: address, session: "curator" };
  const reader = "_c_<uuid>-__READ__0000000000";
  return [
    lock("/apps/curator", ["Curator"], {
      read: { held: 1, waiting: 0 },
      write: { held: 0, waiting: 1 },
      nodes: [
        node(reader, "Curator", { mode: "read", ...its }),
        node("_c_<uuid>-__WRIT__0000000001", "Curator", { state: "waiting", waitsFor: [reader], ...its }),
      ],
    }),
    lock("/apps/curator-mutex", [mutex], {
      write: { held: 1, waiting: 1 },
      nodes: [
        node("_c_<uuid>-lock-0000000000", mutex, its),
        node("_c_<uuid>-lock-0000000001", mutex, { state: "waiting", waitsFor: ["_c_<uuid>-lock-0000000000"], ...its }),
      ],
    }),
    lock("/apps/curator-semaphore", [semaphore], {
      write: { held: 1, waiting: 2 },
      nodes: [
        node(lease, semaphore, its),
        node("leases/_c_<uuid>-lease-0000000001", semaphore, { state: "waiting", waitsFor: [lease], ...its }),
        node("locks/_c_<uuid>-lock-0000000001", semaphore, { state: "waiting", waitsFor: [lease], ...its }),
      ],
    }),
  ];
}

/** Of `locks scan`, normalised: the sessions are called "ours" and "curator". By path. */
export function expectedLocks(curatorAddress: string) {
  return [
    ...ofCurator(curatorAddress),
    lock("/apps/mutex", ["CuratorMutex"], {
      write: { held: 1, waiting: 0 },
      nodes: [node("_c_<uuid>-lock-0000000000", "CuratorMutex", {})],
    }),
    lock("/apps/semaphore", ["CuratorSemaphoreMutex"], {
      write: { held: 1, waiting: 2 },
      nodes: [
        node(lease, semaphore, {}),
        node("locks/_c_<uuid>-lock-0000000000", semaphore, {
          state: "waiting",
          waitsFor: [lease],
        }),
        node("locks/_c_<uuid>-lock-0000000001", semaphore, {
          state: "waiting",
          owner: "10.0.0.2",
          waitsFor: [lease, "locks/_c_<uuid>-lock-0000000000"],
        }),
      ],
    }),
    lock("/exclusive-windows/orders/nightly/lock", ["Curator"], {
      write: { held: 1, waiting: 0 },
      nodes: [
        node("_c_<uuid>-__WRIT__0000000000", "Curator", {
          owner: "orders/window-nightly-1 run nightly-1",
          session: null,
          window: "orders/window-nightly-1",
          run: "nightly-1",
        }),
      ],
    }),
    lock(hour, ["ZooKeeperRecipe"], {
      read: { held: 1, waiting: 0 },
      write: { held: 0, waiting: 1 },
      nodes: [
        node("read-0000000000", "ZooKeeperRecipe", { mode: "read", owner: "" }),
        node("write-0000000001", "ZooKeeperRecipe", { state: "waiting", waitsFor: ["read-0000000000"], owner: "" }),
      ],
    }),
  ];
}
