// Our lock client on a real server, where no program of the other side is at hand: LogDriver's own cases beside nodes made as LogDriver
// makes them; and what is seen of all kinds of locks, with which ones do not see each other.
import { describe, expect, test } from "vitest";
import { dialects, parseNode } from "../../src/protocol/dialects.ts";
import { recogniseLock } from "../../src/protocol/lock-recognition.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { withCurator } from "../support/curator.ts";
import { take, watches } from "../support/lock-taker.ts";
import { aPlace, eventually, server, withServer } from "../support/server-gate.ts";
import { aSession } from "../support/sessions.ts";

withServer();

const theCurator = withCurator();

const open = () => aSession(server().connectString);

describe("LogDriver's locks", () => {
  const dialect = "ZooKeeperRecipe";

  /** As LogDriver takes it: in its own session, without data. */
  async function logDriver(mode: "read" | "write", path: string): Promise<() => Promise<void>> {
    const session = await open();
    await session.createParents(path);
    const node = await session.create(`${path}/${mode}-`, Buffer.alloc(0), "ephemeral-sequential");
    return () => session.remove(node, -1);
  }

  test.each([
    { name: "a reader of ours holds beside its readers", theirs: "read", ours: "read", waits: false },
    { name: "a writer of ours waits for its readers", theirs: "read", ours: "write", waits: true },
    { name: "a reader of ours waits for its writers", theirs: "write", ours: "read", waits: true },
    { name: "a writer of ours waits for its writers", theirs: "write", ours: "write", waits: true },
  ] as const)("$name", async ({ theirs, ours, waits }) => {
    const { path } = aPlace();
    const release = await logDriver(theirs, path);
    const session = await open();
    const taking = take(session, { paths: [path], mode: ours, dialect });
    if (waits) await watches(session, () => `${path}/${theirs}-0000000000`);
    else await taking.held;
    expect(taking.isHeld()).toBe(!waits);
    await release();
    const locks = await taking.held;
    expect(locks.nodes).toEqual([`${path}/${ours}-0000000001`]);
    await locks.release();
    expect(await session.children(path)).toEqual([]);
  });

  test("many of both kinds are held by all of them, each writer under a higher token than the writers before", async () => {
    const { path } = aPlace();
    const session = await open();
    const release = await logDriver("write", path);
    const modes = ["write", "read", "read", "write", "write", "read"] as const;
    const takings = modes.map((mode) => ({ mode, taking: take(session, { paths: [path], mode, dialect }) }));
    await eventually(async () => (await session.children(path))?.length).toBe(7);
    await release();
    const tokens: bigint[] = [];
    const works = takings.map(async ({ mode, taking }) => {
      const locks = await taking.held;
      if (mode === "write") tokens.push(locks.token);
      await locks.release();
    });
    await Promise.all(works);
    expect(tokens).toEqual(tokens.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(tokens).size).toBe(3);
  });
});

test("what stands on one path is recognised for what it is, and that these do not see each other is said, and true", async () => {
  const { path } = aPlace();
  const session = await open();
  const theirs = (["write", "mutex", "semaphore"] as const).map((lock) => theCurator().acquire(lock, path));
  await Promise.all(theirs.map(({ held }) => held));
  const recipe = await take(session, { paths: [`${path}`], mode: "read", dialect: "ZooKeeperRecipe" }).held;
  const [own = [], locks, leases] = [
    await session.children(path),
    await session.children(`${path}/locks`),
    await session.children(`${path}/leases`),
  ];
  const seen = recogniseLock(path, { own, locks, leases });
  expect([seen.dialects, seen.foreign, seen.members.map(({ standing }) => standing)]).toEqual([dialects, [], Array(4).fill("held")]);
  expect(seen.blind).toContain("do not see each other: both sides may hold it at once");
  await Promise.all([recipe.release(), ...theirs.map((hold) => hold.release())]);
});

test.each([
  "_c_1ab0458d-ab17-43e2-b6d5-be8a7835f979-lock-0000000003",
  "_c_1ab0458d-ab17-43e2-b6d5-be8a7835f979-__WRIT__0000000003",
  "lock-lock-1",
  "x-lock--2147483648",
  "write-0000000001",
  "stray",
])("a mutex sorts %s by the same text as Curator's", async (name) => {
  expect(parseNode("CuratorMutex", name).sortKey).toBe(await theCurator().sortKey(name, "mutex"));
});

test("four takers of four paths each, named in any order, all get them: nobody waits for one who waits for him", async () => {
  const paths = Array.from({ length: 4 }, () => aPlace().path);
  const turned = (by: number) => [...paths.slice(by), ...paths.slice(0, by)];
  const work = async (session: Session, order: readonly string[]) => {
    for (let i = 0; i < 10; i++) await (await take(session, { paths: order }).held).release();
  };
  await Promise.all([0, 1, 2, 3].map(async (by) => work(await open(), by % 2 === 0 ? turned(by) : turned(by).toReversed())));
  const last = await open();
  for (const path of paths) expect(await last.children(path)).toEqual([]);
});
