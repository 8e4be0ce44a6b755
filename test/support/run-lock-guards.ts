// No transaction acts on an old look: whatever changes between the look and the transaction makes it stale, as a whole.
import { describe, expect, test } from "vitest";
import { heldPath } from "../../src/protocol/paths.ts";
import { promoteRun, raiseSignals } from "../../src/zookeeper/promote.ts";
import { queueRun } from "../../src/zookeeper/queue.ts";
import { releaseRun } from "../../src/zookeeper/release.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aRun, done, type LockWorld, lockP, lockQ, promoted, put, queued, released, treeOf } from "./lock-world.ts";

const a = aRun("a", [lockP, lockQ]);
const b = aRun("b", [lockQ]);

interface Step {
  readonly what: string;
  /** `own` is the session that will commit, `other` another controller's or a person's. */
  readonly act: (own: Session, other: Session, world: LockWorld) => Promise<unknown>;
}

const nodeOn = async (session: Session, path: string) => {
  const look = await lookAtRun(session, a);
  const node = look.locks.find((lock) => lock.path === path)?.node;
  if (node === undefined || node.kind === "absent") throw new Error(`run a has no write node on ${path}`);
  return `${path}/${node.name}`;
};

const joined: Step = { what: "another run joined a signal", act: (_own, other) => queued(other, b) };
const left: Step = { what: "another run left a signal", act: (_own, other) => released(other, b) };
const raised: Step = { what: "a stranger raised a signal", act: (_own, other) => put(other, lockQ.signalPath, "mine") };
const unsignalled: Step = { what: "somebody deleted a signal", act: (_own, other) => other.remove(lockQ.signalPath, -1) };
const overwritten: Step = { what: "somebody overwrote a signal", act: (_own, other) => other.set(lockQ.signalPath, Buffer.from("x"), -1) };
const unqueued: Step = { what: "a write node was deleted", act: async (_own, other) => other.remove(await nodeOn(other, lockQ.path), -1) };
const unheld: Step = { what: "the held node was deleted", act: (_own, other) => other.remove(heldPath("main", "a"), -1) };
const queuedByOther: Step = { what: "another controller queued the run", act: (_own, other) => queued(other, a) };
const promotedByOther: Step = { what: "another controller promoted the run", act: (_own, other) => promoted(other, a) };
const releasedByOther: Step = { what: "another controller released the run", act: (_own, other) => released(other, a) };
const expired: Step = { what: "the session that queued the run expired", act: (_own, other, world) => world.expire(other) };
const fenceGone: Step = {
  what: "somebody deleted the fence",
  act: (_own, other) => other.remove("/exclusive-windows/_fences/locks:q-signal", -1),
};

interface Guarded {
  readonly what: string;
  readonly commit: typeof queueRun;
  /** What happened before the look. */
  readonly earlier: Step["act"];
  readonly changes: readonly Step[];
}

const pastRuns: Step["act"] = async (own) => {
  await queued(own, a);
  await released(own, a);
};
const besidePast: Step["act"] = async (own, other) => {
  await queued(own, a);
  await released(own, a);
  await queued(other, b);
};
const queuedBefore: Step["act"] = (own) => queued(own, a);
const queuedByOtherSession: Step["act"] = (_own, other) => queued(other, a);
const promotedBefore: Step["act"] = async (own) => {
  await queued(own, a);
  await promoted(own, a);
};
const unsignalledBefore: Step["act"] = async (own) => {
  await promotedBefore(own, own, { open: () => Promise.resolve(own), expire: () => Promise.resolve() });
  await own.remove(lockQ.signalPath, -1);
};
const besideOther: Step["act"] = async (own, other) => {
  await queued(own, a);
  await queued(other, b);
};
/** Run b is dead: its session ended and its entry in the signal stayed. */
const besideDead: Step["act"] = async (own, other) => {
  await besideOther(own, other, { open: () => Promise.resolve(own), expire: () => Promise.resolve() });
  await other.remove(heldPath("main", "b"), -1);
};
const deadCameBack: Step = { what: "an owner that was gone is held again", act: (_own, other) => put(other, heldPath("main", "b"), "{}") };

const guarded: readonly Guarded[] = [
  { what: "queueing", commit: queueRun, earlier: pastRuns, changes: [joined, raised, queuedByOther, fenceGone] },
  {
    what: "queueing beside another",
    commit: queueRun,
    earlier: besidePast,
    changes: [left, unsignalled, overwritten],
  },
  {
    what: "queueing anew",
    commit: queueRun,
    earlier: queuedBefore,
    changes: [joined, unqueued, unheld, unsignalled, overwritten, queuedByOther, promotedByOther, releasedByOther],
  },
  {
    what: "promoting",
    commit: promoteRun,
    earlier: queuedBefore,
    changes: [joined, unqueued, unheld, unsignalled, overwritten, queuedByOther, promotedByOther, releasedByOther, fenceGone],
  },
  { what: "promoting for another session", commit: promoteRun, earlier: queuedByOtherSession, changes: [expired] },
  {
    what: "raising again",
    commit: raiseSignals,
    earlier: unsignalledBefore,
    changes: [joined, raised, unheld, releasedByOther, { what: "another controller raised it", act: raiseByOther }],
  },
  {
    what: "releasing before promotion",
    commit: releaseRun,
    earlier: queuedBefore,
    changes: [joined, unqueued, unheld, unsignalled, overwritten, queuedByOther, promotedByOther, releasedByOther, fenceGone],
  },
  {
    what: "releasing after promotion",
    commit: releaseRun,
    earlier: promotedBefore,
    changes: [joined, unqueued, unheld, unsignalled, releasedByOther],
  },
  { what: "releasing beside another", commit: releaseRun, earlier: besideOther, changes: [left] },
  { what: "releasing beside a dead owner", commit: releaseRun, earlier: besideDead, changes: [deadCameBack] },
];

async function raiseByOther(_own: Session, other: Session): Promise<void> {
  done(await raiseSignals(other, a, await lookAtRun(other, a)));
}

export function runLockGuards(worldOf: () => Promise<LockWorld>): void {
  describe.each(guarded)("$what", ({ commit, earlier, changes }) => {
    test.each(changes)("changes nothing when, since the look, $what", async ({ act }) => {
      const world = await worldOf();
      const [own, other, witness] = [await world.open(), await world.open(), await world.open()];
      await earlier(own, other, world);
      const look = await lookAtRun(own, a);
      await act(own, other, world);
      const changed = await treeOf(witness);
      const result = await commit(own, a, look);
      expect(result).toEqual({ kind: "stale", message: expect.any(String) });
      expect(withoutFreshFences(await treeOf(witness))).toEqual(withoutFreshFences(changed));
    });

    test("is done when nothing changed since the look", async () => {
      const world = await worldOf();
      const [own, other] = [await world.open(), await world.open()];
      await earlier(own, other, world);
      expect((await commit(own, a, await lookAtRun(own, a))).kind).toBe("done");
    });
  });
}

/** A fence that was never bumped may be made outside the transaction. */
function withoutFreshFences(tree: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tree).filter(([path, text]) => !path.includes("/_fences/") || !/ v0 /.test(text)));
}
