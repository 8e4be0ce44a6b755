import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Dialect,
  dialects,
  grantOf,
  type LockMode,
  leaseGrant,
  leasePrefix,
  leasesPath,
  modesOf,
  nodePrefix,
  nodeText,
  parseLease,
  parseNode,
  queuePath,
  sequenceProblemOf,
  sortNodes,
} from "./dialects.ts";

const id = "1ab0458d-ab17-43e2-b6d5-be8a7835f979";
const digits = (n: number) => String(n).padStart(10, "0");
const node = (dialect: Dialect, mode: LockMode, n: number) => nodePrefix(dialect, mode, id) + digits(n);
const mutexes: readonly Dialect[] = ["CuratorMutex", "CuratorSemaphoreMutex"];

describe("the names that are made", () => {
  test.each([
    { dialect: "Curator", mode: "read", prefix: `_c_${id}-__READ__` },
    { dialect: "Curator", mode: "write", prefix: `_c_${id}-__WRIT__` },
    { dialect: "ZooKeeperRecipe", mode: "read", prefix: "read-" },
    { dialect: "ZooKeeperRecipe", mode: "write", prefix: "write-" },
    { dialect: "CuratorMutex", mode: "write", prefix: `_c_${id}-lock-` },
    { dialect: "CuratorSemaphoreMutex", mode: "write", prefix: `_c_${id}-lock-` },
  ] as const)("of a $mode lock in $dialect are as its programs make them, and read back", ({ dialect, mode, prefix }) => {
    expect(nodePrefix(dialect, mode, id)).toBe(prefix);
    expect(parseNode(dialect, `${prefix}0000000012`)).toEqual({ name: `${prefix}0000000012`, kind: mode, sortKey: "0000000012" });
  });

  test("of a lease are as Curator's, and read back", () => {
    expect(parseLease(`${leasePrefix(id)}0000000003`)).toMatchObject({ kind: "write", sortKey: "0000000003" });
    expect(leasePrefix(id)).toBe(`_c_${id}-lease-`);
    expect(parseLease("note")).toMatchObject({ kind: "foreign", sortKey: "note" });
  });

  test("stand below the lock path itself, but for the semaphore's", () => {
    expect(dialects.map((dialect) => [queuePath(dialect, "/l"), leasesPath(dialect, "/l")])).toEqual([
      ["/l", undefined],
      ["/l", undefined],
      ["/l", undefined],
      ["/l/locks", "/l/leases"],
    ]);
  });

  test("come with a text that names the owner, and the id where the name does not", () => {
    expect(dialects.map((dialect) => nodeText(dialect, "10.0.0.7", id))).toEqual(["10.0.0.7", `10.0.0.7 ${id}`, "10.0.0.7", "10.0.0.7"]);
    expect(nodeText("ZooKeeperRecipe", "", id)).toBe(id);
  });

  test("are of both modes, or of mutexes that only write", () => {
    expect(dialects.filter((dialect) => modesOf(dialect).includes("read"))).toEqual(["Curator", "ZooKeeperRecipe"]);
    expect(dialects.every((dialect) => modesOf(dialect).includes("write"))).toBe(true);
  });
});

describe("the name of another dialect", () => {
  const names = {
    Curator: node("Curator", "write", 3),
    ZooKeeperRecipe: "write-0000000003",
    CuratorMutex: node("CuratorMutex", "write", 3),
  };
  test.each([
    { dialect: "Curator", name: names.ZooKeeperRecipe, sortKey: "write-0000000003" },
    { dialect: "Curator", name: names.CuratorMutex, sortKey: names.CuratorMutex },
    { dialect: "CuratorMutex", name: names.Curator, sortKey: names.Curator },
    { dialect: "CuratorMutex", name: names.ZooKeeperRecipe, sortKey: names.ZooKeeperRecipe },
    { dialect: "CuratorSemaphoreMutex", name: leasePrefix(id) + digits(3), sortKey: leasePrefix(id) + digits(3) },
    { dialect: "ZooKeeperRecipe", name: names.Curator, sortKey: "0000000003" },
    { dialect: "ZooKeeperRecipe", name: "note", sortKey: "note" },
  ] as const)("is foreign in $dialect and sorts by $sortKey", ({ dialect, name, sortKey }) => {
    expect(parseNode(dialect, name)).toEqual({ name, kind: "foreign", sortKey });
  });

  test("stops LogDriver's writers, which look at the last ten characters of anything, and Curator's not", () => {
    const [ours, theirs] = ["write-0000000005", names.Curator];
    expect(grantOf("ZooKeeperRecipe", "write", [ours, theirs], ours)).toMatchObject({ kind: "waiting", ahead: [{ name: theirs }] });
    expect(grantOf("ZooKeeperRecipe", "read", ["read-0000000005", theirs], "read-0000000005")).toEqual({ kind: "held" });
    const curator = node("Curator", "write", 9);
    expect(grantOf("Curator", "write", [curator, ours], curator)).toEqual({ kind: "held" });
  });
});

test.each(dialects)("in %s never do two writers hold, nor a reader beside a writer, and somebody always holds", (dialect) => {
  const line = fc.uniqueArray(fc.record({ n: fc.nat(30), mode: fc.constantFrom(...modesOf(dialect)) }), {
    selector: ({ n }) => n,
    minLength: 1,
  });
  fc.assert(
    fc.property(line, fc.boolean(), (takers, turned) => {
      const names = takers.map(({ mode, n }) => node(dialect, mode, n));
      const holders = takers.filter(({ mode, n }) => {
        return grantOf(dialect, mode, turned ? names.toReversed() : names, node(dialect, mode, n)).kind === "held";
      });
      expect(holders.length).toBeGreaterThan(0);
      expect(holders.every(({ mode }) => mode === "read") || holders.length === 1).toBe(true);
      expect(sortNodes(dialect, names).map(({ sortKey }) => Number(sortKey))).toEqual(takers.map(({ n }) => n).toSorted((a, b) => a - b));
    }),
  );
});

test.each(mutexes)("in %s a reader, which it does not have, waits as a writer does", (dialect) => {
  const [first, second] = [node(dialect, "write", 1), node(dialect, "write", 2)];
  expect(grantOf(dialect, "read", [second, first], second)).toMatchObject({ kind: "waiting", ahead: [{ name: first }] });
});

describe("a lease", () => {
  const [first, second] = [leasePrefix(id) + digits(1), leasePrefix(id) + digits(2)];
  test.each([
    { what: "is the lock alone", names: [second], expected: { kind: "held" } },
    { what: "waits for one before it", names: [second, first], expected: { kind: "waiting", ahead: [{ name: first }] } },
    { what: "waits for anything that stands beside it", names: ["note", second], expected: { kind: "waiting", ahead: [{ name: "note" }] } },
    { what: "is absent where it is not listed", names: [first], expected: { kind: "absent" } },
  ])("$what", ({ names, expected }) => {
    expect(leaseGrant(names, second)).toMatchObject(expected);
  });
});

describe("sequence numbers", () => {
  test.each(dialects)("that overflowed are found in %s", (dialect) => {
    const wrapped = `${nodePrefix(dialect, "write", id)}-2147483648`;
    expect(sequenceProblemOf(dialect, [wrapped])).toEqual({ kind: "wrapped", message: expect.stringContaining(wrapped) });
  });

  test.each(dialects)("that will overflow are found in %s", (dialect) => {
    expect(sequenceProblemOf(dialect, [node(dialect, "write", 2 ** 30 + 1)])?.kind).toBe("high");
    expect(sequenceProblemOf(dialect, [node(dialect, "write", 2 ** 30)])).toBeUndefined();
  });
});
