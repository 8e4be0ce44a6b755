// Drains that take longer than they may, told: the machine and its report together, on a world of plain facts.
import { describe, expect, test } from "vitest";
import { condition, dueWorld, reasons } from "../../test/support/due-world.ts";
import { aSpec, locks, queuedLock } from "../../test/support/observed.ts";
import type { World } from "../../test/support/world.ts";
import type { Spec } from "../crds/spec.ts";
import { asksForReaders } from "./late-drain.ts";
import type { HoldingPod, ReadersFacts } from "./observed.ts";

const timeout = aSpec.drainTimeoutSeconds;
const pod = (name: string, facts: Partial<HoldingPod> = {}): HoldingPod => ({ name, uid: `uid-${name}`, deleting: false, ...facts });
const readers = (facts: Partial<Extract<ReadersFacts, { kind: "readers" }>> = {}): ReadersFacts => ({
  kind: "readers",
  revocable: [],
  pods: [],
  others: [],
  ...facts,
});
const blocked = locks("queued", { ...queuedLock, ahead: 1, holders: ["read lock of 10.0.0.9"] });

/** A run that waits for a reader, with that policy. */
function late(drainTimeoutPolicy: Spec["drainTimeoutPolicy"], facts: ReadersFacts = readers()): World {
  const world = dueWorld();
  world.facts = { ...world.facts, window: { ...world.facts.window, spec: { ...aSpec, drainTimeoutPolicy } } };
  world.run("queue");
  world.facts = { ...world.facts, locks: blocked, readers: facts };
  world.run();
  return world;
}

const history = ({ facts }: World) => facts.window.status.history?.[0];
const since = (world: World, action: World["done"][number]) => world.done.slice(world.done.indexOf(action));

describe("under Wait", () => {
  test("a drain that takes too long is told once, and waits until the window's deadline", () => {
    const world = late("Wait");
    expect(condition(world, "Draining")?.reason).toBe("WaitingForLocks");
    world.wait(timeout);
    expect(world.run()).toMatchObject({ situation: { at: "Draining" }, state: "Draining" });
    world.wait(timeout);
    world.run();
    expect(condition(world, "Draining")).toMatchObject({ status: "True", reason: "TimeoutExceeded" });
    expect(condition(world, "Ready")?.message).toMatch(/longer than 300 s; drainTimeoutPolicy Wait goes on until .*10\.0\.0\.9/);
    expect(reasons(world).filter((reason) => reason === "DrainTimeoutExceeded")).toHaveLength(1);
    world.wait(3600);
    world.run();
    expect(history(world)).toMatchObject({ result: "DeadlineExceeded" });
  });

  test("goes on to its Job when the last reader releases, however late", () => {
    const world = late("Wait");
    world.wait(timeout * 3);
    world.run();
    world.facts = { ...world.facts, locks: locks("queued", queuedLock) };
    world.run();
    expect(world.done).toContain("let Pod go");
  });
});

describe("under Evict", () => {
  test("the readers' Pods are evicted one a pass, once it is written down that it came to that", () => {
    const world = late("Evict", readers({ pods: [pod("a"), pod("b")] }));
    world.wait(timeout - 1);
    expect(world.run().situation.at).toBe("Draining");
    world.wait(1);
    world.pass();
    expect(world.facts.window.status.run?.steps.evictTime).toBe(new Date(world.facts.now).toISOString());
    expect(world.done.at(-1)).toBe("begin evicting");
    expect(world.pass().action).toMatchObject({ do: "evict", pod: { name: "a" } });
    world.facts = { ...world.facts, readers: readers({ pods: [pod("a", { deleting: true }), pod("b")] }) };
    expect(world.pass().action).toMatchObject({ do: "evict", pod: { name: "b" } });
    world.facts = { ...world.facts, readers: readers({ pods: [pod("a", { deleting: true }), pod("b", { deleting: true })] }) };
    expect(world.pass().action.do).toBe("nothing");
    expect(world.events.filter(({ reason }) => reason === "PodEvicted").map(({ note }) => note)).toEqual([
      expect.stringContaining("Pod a"),
      expect.stringContaining("Pod b"),
    ]);
    expect(condition(world, "Ready")?.message).toContain("evicted: a, b");
  });

  test("the run goes on when the evicted Pods' locks are gone, with the grace for readers that vanished", () => {
    const world = late("Evict", readers({ pods: [pod("a")] }));
    world.wait(timeout);
    world.pass();
    world.pass();
    world.facts = { ...world.facts, locks: locks("queued", { ...queuedLock, vanished: ["10.0.0.9"] }), readers: { kind: "not asked" } };
    expect(world.run()).toMatchObject({ situation: { at: "In grace", vanished: ["10.0.0.9"] } });
    world.wait(aSpec.uncleanExitGraceSeconds);
    world.run();
    expect(world.done).toContain("let Pod go");
  });

  test("after one more timeout the run is given up, and says what was evicted, refused and left alone", () => {
    const world = late("Evict", readers({ pods: [pod("a"), pod("b")], others: ["read lock of 10.9.9.9"] }));
    world.outcomeOf = { evict: { kind: "not now", message: "it would violate the budget order-events.", retryAfterMs: 5000 } };
    world.wait(timeout);
    world.run();
    world.wait(timeout - 1);
    expect(world.run().situation.at).toBe("Draining");
    world.wait(1);
    world.run();
    expect(history(world)?.result).toBe("DrainTimedOut");
    expect(history(world)?.message).toBe(
      "1 lock was not released within 300 s, and 300 s more for evictions; not evicted: a, b (it would violate the budget order-events.); left alone, being no Pod of an annotated workload: read lock of 10.9.9.9; read lock of 10.0.0.9",
    );
    expect(since(world, "give up").slice(0, 4)).toEqual(["give up", "stop Job", "record", "release"]);
    expect(reasons(world).filter((reason) => reason === "EvictionRefused")).toHaveLength(2);
  });

  test("a refused eviction waits for its retry, and Pods that were not tried come first", () => {
    const world = late("Evict", readers({ pods: [pod("a"), pod("b"), pod("c")] }));
    world.outcomeOf = { evict: { kind: "not now", message: "not now", retryAfterMs: 10_000 } };
    world.wait(timeout);
    world.pass();
    const evictedNext = () => {
      const { action } = world.pass();
      return action.do === "evict" ? action.pod.name : action.do;
    };
    expect([evictedNext(), evictedNext(), evictedNext(), evictedNext()]).toEqual(["a", "b", "c", "nothing"]);
    world.wait(10);
    expect([evictedNext(), evictedNext()]).toEqual(["a", "b"]);
    world.outcomeOf = {};
    expect([evictedNext(), world.facts.window.status.run?.evictionsRefused?.map((refusal) => refusal.pod)]).toEqual(["c", ["a", "b"]]);
  });

  test("of a crowd that is refused only so many are tried as can be remembered, until one may be tried again", () => {
    const crowd = Array.from({ length: 30 }, (_, i) => pod(`p${i}`));
    const world = late("Evict", readers({ pods: crowd }));
    world.outcomeOf = { evict: { kind: "not now", message: "not now", retryAfterMs: 10_000 } };
    world.wait(timeout);
    world.run();
    expect(world.done.filter((action) => action === "evict")).toHaveLength(20);
    world.wait(10);
    expect(world.pass().action).toMatchObject({ do: "evict", pod: { name: "p20" } });
  });

  test("revocable readers are asked half-way, once, before any Pod is evicted", () => {
    const revocable = [{ path: "/orders/processing", name: "_c_2-__READ__0000000001", version: 0 }];
    const world = late("Evict", readers({ revocable, pods: [pod("a")] }));
    expect(asksForReaders(world.facts)).toBe(false);
    world.wait(timeout / 2 - 1);
    expect(world.pass().action.do).toBe("nothing");
    world.wait(1);
    expect(asksForReaders(world.facts)).toBe(true);
    world.outcomeOf = { revoke: { kind: "done", revoked: ["_c_2-__READ__0000000001"] } };
    expect(world.pass().action).toEqual({ do: "revoke", readers: revocable });
    expect(world.pass().action.do).toBe("nothing");
    expect(world.events.at(-1)).toMatchObject({ reason: "ReaderRevoked", note: expect.stringContaining("_c_2-__READ__0000000001") });
    world.wait(timeout / 2);
    world.pass();
    expect(world.pass().action.do).toBe("evict");
  });

  test.each(["unknown", "not asked"] as const)("while it is %s who holds the locks, nobody is evicted", (kind) => {
    const world = late("Evict", kind === "unknown" ? { kind, why: "no answer" } : { kind });
    world.wait(timeout);
    world.run();
    expect(world.done.at(-1)).toBe("begin evicting");
    world.wait(timeout);
    world.run();
    expect(history(world)?.result).toBe("DrainTimedOut");
  });

  test("whose place in the queue was lost gives those who resumed time to release, and never another whole timeout", () => {
    const world = late("Evict", readers({ pods: [pod("a")] }));
    world.wait(timeout);
    world.pass();
    world.wait(timeout / 3);
    world.facts = { ...world.facts, locks: locks("absent") };
    expect(world.pass().action.do).toBe("queue");
    world.facts = { ...world.facts, locks: blocked };
    expect(world.run().situation.at).toBe("Draining");
    world.wait(timeout / 3 - 1);
    expect(world.pass().action.do).toBe("nothing");
    world.wait(1);
    expect(world.pass().action.do).toBe("evict");
    world.facts = { ...world.facts, readers: readers({ pods: [pod("a", { deleting: true })] }) };
    world.wait(timeout / 3);
    expect(world.pass().action).toMatchObject({ do: "give up", result: "DrainTimedOut" });
  });
});

test("under Abort nobody is asked, revoked or evicted", () => {
  const world = late("Abort", readers({ pods: [pod("a")], revocable: [{ path: "/orders/processing", name: "n", version: 0 }] }));
  world.wait(timeout - 1);
  expect([asksForReaders(world.facts), world.pass().action.do]).toEqual([false, "nothing"]);
  world.wait(1);
  world.run();
  expect(history(world)?.result).toBe("DrainTimedOut");
  expect(reasons(world)).not.toContain("DrainTimeoutExceeded");
});
