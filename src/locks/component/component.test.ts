// An instance beside others, on a ZooKeeper in memory and a clock that the test moves: what it starts when, and what it tells.
import { expect, test } from "vitest";
import { anInstance, dialect, kinds } from "../../../test/support/component-world.ts";
import { held } from "../../../test/support/memory-takers.ts";

test("works on as many as it may at once, lets go of each as it ends, and of the component's lock before", async () => {
  const one = anInstance();
  await one.run();
  expect([[...one.running.keys()], one.locks()]).toEqual([
    ["a", "b"],
    ["/C/a", "/C/b", "/C/c"],
  ]);
  await one.end("b");
  expect([[...one.running.keys()], one.locks()]).toEqual([
    ["a", "c"],
    ["/C/a", "/C/c"],
  ]);
  expect(one.running.get("c")?.terms.token).toBeGreaterThan(one.running.get("a")?.terms.token ?? 0n);
  await one.end("a", { kind: "failed", message: "exit code 7" });
  await one.end("c");
  expect(kinds(one)).toEqual(["b done", "a failed", "c done"]);
  expect([one.outcome.report?.end, one.locks(), one.seen.queries]).toEqual([{ kind: "worked" }, [], 2]);
});

test("does not start what another finished between the query and the lock, and passes over what another has", async () => {
  const one = anInstance({ queue: 3 });
  const others = one.take({ paths: ["/C/a"], dialect });
  await one.settle();
  const chooser = one.take({ paths: ["/SBOI/C"], dialect });
  await one.settle();
  await one.run();
  expect(one.seen.queries).toBe(0);
  one.seen.listed = ["a", "b", "c", "b/x"];
  const first = one.seen.listed;
  await held(chooser).release();
  // Whoever finishes b does so while the batches are being locked.
  one.session.beforeNextWrite(() => {
    one.seen.listed = first.filter((id) => id !== "b");
  });
  for (let i = 0; i < 20; i++) await one.settle();
  expect(one.seen.started).toEqual(["c"]);
  await one.end("c");
  expect(one.outcome.report).toMatchObject({ passedOver: ["a"], doneByOthers: ["b"], unusable: [{ id: "b/x" }] });
  expect(one.locks()).toEqual(["/C/a"]);
  await held(others).release();
});

test("gives up when the component's lock is not had in time, without having asked for batches", async () => {
  const one = anInstance();
  const chooser = one.take({ paths: ["/SBOI/C"], dialect });
  await one.settle();
  await one.run();
  await one.clock.advance(1000);
  expect(one.outcome.report?.end).toEqual({ kind: "late", ahead: held(chooser).nodes });
  expect(one.seen.queries).toBe(0);
});

test("starts nothing, and lets go of all, when the second query does not answer", async () => {
  let queries = 0;
  const query = async () => {
    if (++queries === 2) throw new Error("exit code 1");
    return ["a", "b"];
  };
  const one = anInstance({ query });
  await one.run();
  expect(one.outcome.report?.end).toEqual({ kind: "failed", message: "the query for batches failed: exit code 1" });
  expect([kinds(one), one.seen.started, one.locks()]).toEqual([["a skipped", "b skipped"], [], []]);
});

test("starts nothing when the component's lock was lost while it chose", async () => {
  let queries = 0;
  const one = anInstance({
    query: async () => {
      const mine = one.ephemerals().find((at) => at.startsWith("/SBOI/C/")) ?? "";
      if (++queries === 2) await one.other.remove(mine, -1);
      return ["a"];
    },
  });
  await one.run();
  expect(one.outcome.report?.end.kind).toBe("lost");
  expect([one.seen.started, one.locks()]).toEqual([[], []]);
});

test("starts nothing while the connection is away, and goes on when it is back", async () => {
  const one = anInstance({ k: 1 });
  await one.run();
  one.session.suspend();
  await one.end("a");
  expect([...one.running.keys()]).toEqual([]);
  one.session.resume();
  for (let i = 0; i < 5; i++) await one.settle();
  await one.clock.advance(2000);
  expect([...one.running.keys()]).toEqual(["b"]);
  expect(one.told.map(({ kind }) => kind)).toEqual(["done"]);
});

test("a lost lock stops its own work only, and what that work says does not count", async () => {
  const one = anInstance({ k: 3 });
  await one.run();
  const [a, b] = [one.running.get("a"), one.running.get("b")];
  await one.other.remove(one.ephemerals().find((at) => at.startsWith("/C/a/")) ?? "", -1);
  for (let i = 0; i < 5; i++) await one.settle();
  expect([a?.terms.stop.aborted, b?.terms.stop.aborted, one.outcome.report]).toEqual([true, false, undefined]);
  for (const batch of ["a", "b", "c"]) await one.end(batch);
  expect(kinds(one)).toEqual(["a lost", "b done", "c done"]);
  expect(one.told[0]).toMatchObject({ kind: "lost", message: expect.stringContaining("was deleted by somebody else") });
});

test("a session that ends stops all work; what had not started is lost too", async () => {
  const one = anInstance({ k: 2 });
  await one.run();
  one.session.expire();
  for (let i = 0; i < 5; i++) await one.settle();
  expect([...one.running.values()].map(({ terms }) => terms.stop.aborted)).toEqual([true, true]);
  await one.end("a");
  await one.end("b");
  expect(kinds(one)?.toSorted()).toEqual(["a lost", "b lost", "c lost"]);
  expect([one.outcome.report?.end.kind, one.seen.started]).toEqual(["lost", ["a", "b"]]);
});

test("work that takes too long is told to stop, and is a failure unless it was done all the same", async () => {
  const one = anInstance({ timeouts: { chooserMs: 1000, batchMs: 0, workMs: 5000 } });
  await one.run();
  await one.clock.advance(5000);
  expect([...one.running.values()].map(({ terms }) => terms.stop.aborted)).toEqual([true, true]);
  await one.end("a", { kind: "failed", message: "it was ended by SIGTERM" });
  await one.end("b");
  const message = "it had not ended after 5 s, so it was told to stop: it was ended by SIGTERM";
  expect(one.told).toMatchObject([{ kind: "failed", message }, { kind: "done" }]);
  expect([...one.running.keys()]).toEqual(["c"]);
  await one.end("c");
  expect(one.clock.waiting).toBe(0);
});

test("told to end, it starts nothing more, waits for what runs, and keeps the locks until then", async () => {
  const one = anInstance({ k: 1 });
  await one.run();
  one.asked.abort();
  for (let i = 0; i < 5; i++) await one.settle();
  expect([one.locks(), one.outcome.report]).toEqual([["/C/a"], undefined]);
  await one.end("a");
  expect([one.outcome.report?.end, kinds(one), one.locks()]).toEqual([{ kind: "asked" }, ["b skipped", "c skipped", "a done"], []]);
});

test("a lock is released only when the result has been reported; a report that fails is a failure of the batch", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const one = anInstance({ k: 1, queue: 1, report: () => promise });
  await one.run();
  await one.end("a");
  expect(one.locks()).toEqual(["/C/a"]);
  reject(new Error("the registry is away"));
  for (let i = 0; i < 5; i++) await one.settle();
  expect(one.outcome.report?.results).toMatchObject([
    { batch: "a", kind: "failed", message: "its result could not be reported: the registry is away" },
  ]);
  expect(one.locks()).toEqual([]);
});

test("an instance in the names of another Curator is told of, since neither sees the other", async () => {
  const remarks: string[] = [];
  const one = anInstance({ warn: (remark) => remarks.push(remark) });
  one.take({ paths: ["/SBOI/C"], dialect: "CuratorSemaphoreMutex" });
  await one.settle();
  await one.run();
  expect(remarks).toEqual([expect.stringContaining("do not see each other")]);
});

test.each([
  { wanted: { component: "a/b" }, message: "component" },
  { wanted: { k: 0 }, message: "simultaneousProcesses 0" },
  { wanted: { queue: 0.5 }, message: "queue 0.5" },
  { wanted: { timeouts: { chooserMs: undefined, batchMs: -1, workMs: undefined } }, message: "batchMs -1" },
])("$message is refused before anything is taken", async ({ wanted, message }) => {
  const one = anInstance(wanted);
  await one.run();
  expect(one.outcome.report?.end).toMatchObject({ kind: "failed", message: expect.stringContaining(message) });
  expect(one.seen.queries).toBe(0);
});
