import { describe, expect, test } from "vitest";
import { type LockChildren, recogniseLock } from "./lock-recognition.ts";

const id = "1ab0458d-ab17-43e2-b6d5-be8a7835f979";
const read = (n: number) => `_c_${id}-__READ__000000000${n}`;
const write = (n: number) => `_c_${id}-__WRIT__000000000${n}`;
const mutex = (n: number) => `_c_${id}-lock-000000000${n}`;
const lease = (n: number) => `_c_${id}-lease-000000000${n}`;
const kazoo = (kind: "lock" | "rlock") => `${id.replaceAll("-", "")}__${kind}__0000000004`;

const recognised = (children: LockChildren) => recogniseLock("/a/lock", children);
const standings = (children: LockChildren) =>
  recognised(children).members.map(({ dialect, path, standing, ahead }) => `${dialect} ${path} ${standing} [${ahead}]`);

test("nobody stands on an empty path", () => {
  expect(recognised({ own: [] })).toEqual({ dialects: [], members: [], foreign: [], blind: undefined, sequence: undefined });
});

describe("those who hold and who wait are told apart", () => {
  test.each([
    {
      name: "in Curator's read and write lock",
      children: { own: [write(2), read(3), read(1)] },
      expected: [`Curator ${read(1)} held []`, `Curator ${write(2)} waiting [${read(1)}]`, `Curator ${read(3)} waiting [${write(2)}]`],
    },
    {
      name: "in the recipe of ZooKeeper's documentation",
      children: { own: ["write-0000000002", "read-0000000001"] },
      expected: ["ZooKeeperRecipe read-0000000001 held []", "ZooKeeperRecipe write-0000000002 waiting [read-0000000001]"],
    },
    {
      name: "in Curator's mutex",
      children: { own: [mutex(2), mutex(1)] },
      expected: [`CuratorMutex ${mutex(1)} held []`, `CuratorMutex ${mutex(2)} waiting [${mutex(1)}]`],
    },
    {
      name: "in Curator's semaphore mutex: one holds a lease, one has taken its own beside it, two stand in line",
      children: { own: ["locks", "leases"], locks: [mutex(7), mutex(6)], leases: [lease(5), lease(4)] },
      expected: [
        `CuratorSemaphoreMutex leases/${lease(4)} held []`,
        `CuratorSemaphoreMutex leases/${lease(5)} waiting [leases/${lease(4)}]`,
        `CuratorSemaphoreMutex locks/${mutex(6)} waiting [leases/${lease(4)}]`,
        `CuratorSemaphoreMutex locks/${mutex(7)} waiting [leases/${lease(4)},locks/${mutex(6)}]`,
      ],
    },
    {
      name: "in line for a lease that nobody has taken yet",
      children: { own: ["locks", "leases"], locks: [mutex(1)], leases: [] },
      expected: [`CuratorSemaphoreMutex locks/${mutex(1)} waiting []`],
    },
  ])("$name", ({ children, expected }) => {
    expect(standings(children)).toEqual(expected);
    expect(recognised(children)).toMatchObject({ foreign: [], blind: undefined });
  });
});

test("a folder named locks without leases beside it is a lock path of its own", () => {
  const children = { own: ["locks"], locks: [mutex(1), "service"] };
  expect(recognised(children)).toMatchObject({ dialects: [], members: [], foreign: [{ path: "locks" }] });
});

test("children that are no lock nodes are named, kazoo's for what they are", () => {
  const children = {
    own: [read(1), "note", kazoo("lock"), kazoo("rlock"), "locks", "leases"],
    locks: ["junk", mutex(1)],
    leases: ["stray"],
  };
  expect(recognised(children).foreign).toEqual([
    { path: "note", what: "no lock node" },
    { path: kazoo("lock"), what: "a write lock of Python's kazoo" },
    { path: kazoo("rlock"), what: "a read lock of Python's kazoo" },
    { path: "locks/junk", what: "no lock node" },
    { path: "leases/stray", what: "no lock node" },
  ]);
});

test("a child is named once, though two dialects might know it", () => {
  expect(standings({ own: ["read-lock-0000000001"] })).toEqual(["ZooKeeperRecipe read-lock-0000000001 held []"]);
});

describe("that two kinds of locks do not see each other is said", () => {
  test.each([
    { name: "of any two dialects", children: { own: [read(1), "read-0000000002"] }, kinds: "Curator and ZooKeeperRecipe" },
    {
      name: "of the mutex that Apache Curator and the one that Netflix Curator called semaphore mutex",
      children: { own: [mutex(1), "locks", "leases"], locks: [], leases: [lease(2)] },
      kinds: "CuratorMutex and CuratorSemaphoreMutex",
    },
    { name: "of kazoo beside Curator", children: { own: [read(1), kazoo("rlock")] }, kinds: "Curator and Python's kazoo" },
    {
      name: "of three",
      children: { own: [read(1), "write-0000000002", mutex(3)] },
      kinds: "Curator, ZooKeeperRecipe and CuratorMutex",
    },
  ])("$name", ({ children, kinds }) => {
    expect(recognised(children).blind).toBe(
      `locks of ${kinds} stand on /a/lock and do not see each other: both sides may hold it at once; give each a path of its own, or let all use one dialect`,
    );
  });

  test("and not of one dialect beside what is no lock, nor of kazoo's alone", () => {
    expect(recognised({ own: [read(1), write(2), "note"] }).blind).toBeUndefined();
    expect(recognised({ own: [kazoo("lock"), kazoo("rlock")] }).blind).toBeUndefined();
  });
});

test("the worst of the sequence numbers is reported, in line for a lease too", () => {
  const wrapped = `_c_${id}-lock--2147483648`;
  const high = `_c_${id}-__READ__2147483647`;
  expect(recognised({ own: [high, "locks", "leases"], locks: [wrapped], leases: [] }).sequence).toMatchObject({ kind: "wrapped" });
  expect(recognised({ own: [high] }).sequence).toMatchObject({ kind: "high", message: expect.stringContaining(high) });
});
