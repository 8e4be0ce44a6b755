// Who gets what when, and what is left behind.
import { describe, expect, test } from "vitest";
import { held, path, someTakers } from "../../test/support/memory-takers.ts";
import { dialects } from "../protocol/dialects.ts";

describe.each(dialects)("in %s", (dialect) => {
  test("the second waits for the first, then holds under a higher token; nothing but the parents is left", async () => {
    const { take, settle, ephemerals } = someTakers();
    const [first, second] = [take({ dialect }), take({ dialect })];
    await settle();
    expect([held(first).isHeld(), second.acquisition]).toEqual([true, undefined]);
    await held(first).release();
    await settle();
    expect(held(first).isHeld()).toBe(false);
    expect(held(second).token).toBeGreaterThan(held(first).token);
    await held(second).release();
    expect(ephemerals()).toEqual([]);
  });

  test("who does not get it in time says who was in the way, and leaves nothing", async () => {
    const { take, settle, ephemerals, clock } = someTakers();
    const first = take({ dialect });
    await settle();
    const [late, hasty] = [take({ dialect, timeoutMs: 1000 }), take({ dialect, timeoutMs: 0 })];
    await settle();
    const [nodes] = [held(first).nodes];
    expect(hasty.acquisition).toMatchObject({ kind: "timeout" });
    expect([late.acquisition, ephemerals().length]).toEqual([undefined, dialect === "CuratorSemaphoreMutex" ? 3 : 2]);
    await clock.advance(1000);
    expect(late.acquisition).toEqual({ kind: "timeout", ahead: nodes });
    expect(ephemerals()).toEqual(nodes);
  });

  test("who is told to give up leaves nothing", async () => {
    const { take, settle, ephemerals } = someTakers();
    const first = take({ dialect });
    await settle();
    const giveUp = new AbortController();
    const second = take({ dialect, signal: giveUp.signal });
    await settle();
    giveUp.abort();
    await settle();
    expect(second.acquisition).toEqual({ kind: "aborted" });
    expect(ephemerals()).toEqual(held(first).nodes);
  });

  test("who lost an answer keeps the place in line that the servers gave", async () => {
    const { take, settle, ephemerals, clock, other } = someTakers();
    await other.createParents(dialect === "CuratorSemaphoreMutex" ? `${path}/locks` : path);
    const first = take({ dialect });
    first.session.loseNextReply();
    const second = take({ dialect });
    await settle();
    await clock.advance(200);
    expect([held(first).isHeld(), second.acquisition]).toEqual([true, undefined]);
    await held(first).release();
    await settle();
    await held(second).release();
    expect(ephemerals()).toEqual([]);
  });

  test("who is cut off while it waits goes on from its place when the connection is back", async () => {
    const { take, settle } = someTakers();
    const [first, second, third] = [take({ dialect }), take({ dialect }), take({ dialect })];
    await settle();
    second.session.suspend();
    await settle();
    await held(first).release();
    await settle();
    expect([second.acquisition, third.acquisition]).toEqual([undefined, undefined]);
    second.session.resume();
    await settle();
    expect([held(second).isHeld(), third.acquisition]).toEqual([true, undefined]);
  });

  test("who loses its session while it waits is told so", async () => {
    const { take, settle } = someTakers();
    take({ dialect });
    const second = take({ dialect });
    await settle();
    second.session.expire();
    await settle();
    expect(second.acquisition).toEqual({ kind: "lost" });
  });

  test("a sequence that overflowed is refused by name, and nothing is left", async () => {
    const { take, settle, ephemerals, other } = someTakers();
    const parent = dialect === "CuratorSemaphoreMutex" ? `${path}/locks` : path;
    const name = { Curator: "x__WRIT__", ZooKeeperRecipe: "write-", CuratorMutex: "x-lock-", CuratorSemaphoreMutex: "x-lock-" }[dialect];
    await other.createParents(parent);
    await other.create(`${parent}/${name}-2147483648`, Buffer.alloc(0), "persistent");
    const taken = take({ dialect });
    await settle();
    expect(taken.acquisition).toEqual({
      kind: "refused",
      message: expect.stringContaining(`lock path ${parent}: the server's counter overflowed`),
    });
    expect(ephemerals()).toEqual([]);
  });

  test("several paths are taken all or none", async () => {
    const { take, settle, ephemerals } = someTakers();
    const one = take({ dialect, paths: ["/l/q"] });
    await settle();
    const both = take({ dialect, paths: ["/l/q", "/l/p"], timeoutMs: 0 });
    await settle();
    expect([both.acquisition?.kind, ephemerals()]).toEqual(["timeout", held(one).nodes]);
    const again = take({ dialect, paths: ["/l/q", "/l/p"] });
    await held(one).release();
    await settle();
    expect(held(again).nodes.map((node) => node.slice(0, 4))).toEqual(["/l/p", "/l/q"]);
  });
});

test("a place that somebody deleted is given up on every path, and taken anew behind the others", async () => {
  const { take, settle, other, zookeeper } = someTakers();
  const paths = ["/l/p", "/l/q"];
  const first = take({ paths });
  await settle();
  const [second, third] = [take({ paths }), take({ paths })];
  await settle();
  const places = zookeeper.childrenOf(zookeeper.tree, "/l/q");
  await other.remove(`/l/q/${places[1]}`, -1);
  await held(first).release();
  await settle();
  expect([second.acquisition, held(third).isHeld()]).toEqual([undefined, true]);
  await held(third).release();
  await settle();
  expect(held(second).isHeld()).toBe(true);
});

test("of a semaphore mutex, who waits with a lease and is deleted from the line takes no lease beside another's", async () => {
  const { take, settle, other, zookeeper } = someTakers();
  const dialect = "CuratorSemaphoreMutex";
  const first = take({ dialect });
  await settle();
  const [second, third] = [take({ dialect }), take({ dialect })];
  await settle();
  await other.remove(`${path}/locks/${zookeeper.childrenOf(zookeeper.tree, `${path}/locks`)[0]}`, -1);
  await settle();
  await held(first).release();
  await settle();
  const holders = [second, third].filter(({ acquisition }) => acquisition?.kind === "held");
  expect(holders).toHaveLength(1);
  await held(holders[0] ?? third).release();
  await settle();
  expect([second, third].map(({ acquisition }) => acquisition?.kind)).toEqual(["held", "held"]);
});

test("readers hold side by side, a writer behind them waits for the last, and a reader behind the writer waits for it", async () => {
  const { take, settle } = someTakers();
  const readers = [take({ mode: "read" }), take({ mode: "read" })] as const;
  const [writer, late] = [take(), take({ mode: "read" })];
  await settle();
  expect([readers.map((reader) => held(reader).isHeld()), writer.acquisition, late.acquisition]).toEqual([
    [true, true],
    undefined,
    undefined,
  ]);
  await held(readers[1]).release();
  await settle();
  expect(writer.acquisition).toBeUndefined();
  await held(readers[0]).release();
  await settle();
  expect([held(writer).isHeld(), late.acquisition]).toEqual([true, undefined]);
  await held(writer).release();
  await settle();
  expect(held(late).isHeld()).toBe(true);
});

test("a node of the recipe that has our name by now, and is another's, is not removed", async () => {
  const { take, settle, other } = someTakers();
  const taken = take({ dialect: "ZooKeeperRecipe" });
  await settle();
  const [node = ""] = held(taken).nodes;
  await other.remove(node, -1);
  await other.create(node, Buffer.from("theirs"), "ephemeral");
  await settle();
  expect(held(taken).lost.aborted).toBe(true);
  await held(taken).release();
  expect(await other.exists(node)).toMatchObject({ ephemeralOwner: other.id });
});

test.each([
  { what: "no path", wanted: { paths: [] }, says: "no lock path was named" },
  { what: "a path twice", wanted: { paths: ["/a", "/b", "/a"] }, says: "/a is named twice" },
  { what: "a path below another", wanted: { paths: ["/a/b", "/a"] }, says: "/a/b stands below another" },
  { what: "a bad path", wanted: { paths: ["/a", "b"] }, says: '"b" is not absolute' },
  { what: "257 paths", wanted: { paths: Array.from({ length: 257 }, (_, i) => `/a/${i}`) }, says: "at most 256" },
  { what: "a read lock of a mutex", wanted: { dialect: "CuratorMutex", mode: "read" }, says: "CuratorMutex has no read lock" },
] as const)("$what is refused before anything is sent", async ({ wanted, says }) => {
  const { take, settle } = someTakers();
  const taken = take(wanted);
  await settle();
  expect(taken.acquisition).toEqual({ kind: "refused", message: expect.stringContaining(says) });
  expect(taken.session.sent.requests).toBe(0);
});
