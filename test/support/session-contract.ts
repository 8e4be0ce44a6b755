// What every Session does, whoever made it. The same stories are told of a session with a real server (test/integration) and of
// the one in memory that most tests of the locks and of the gate stand on (memory-session.test.ts): so the two are proved alike.
import { describe, expect, test } from "vitest";
import type { Mode, Operation, Session, SessionState } from "../../src/zookeeper/session.ts";
import { aWatch, reaches } from "./sessions.ts";
import { type Tree, watchContract } from "./watch-contract.ts";

/** Sessions of one server, and what befalls them. A session that is to be lost is asked for as such. */
export interface World {
  open(): Promise<Session>;
  openBriefly(): Promise<Session>;
  suspend(session: Session): Promise<void>;
  resume(session: Session): Promise<void>;
  /** Of one that was opened briefly. */
  lose(session: Session): Promise<void>;
}

const nothing = Buffer.alloc(0);
let trees = 0;

const put = (path: string, mode: Mode = "persistent"): Operation => ({ op: "create", path, data: nothing, mode });

/** To be called once in a test file. */
export function sessionContract(world: World): void {
  async function withTree(): Promise<Tree> {
    const [session, other] = [await world.open(), await world.open()];
    const root = `/contract-${trees++}`;
    await session.createParents(root);
    return { session, other, root };
  }

  describe("nodes", () => {
    test("are created, read, changed and removed, and count their versions", async () => {
      const { session, root } = await withTree();
      const path = `${root}/a`;
      expect(await session.create(path, Buffer.from("one"), "persistent")).toBe(path);
      const node = await session.get(path);
      expect([node?.data.toString(), node?.stat]).toMatchObject([
        "one",
        { version: 0, cversion: 0, ephemeralOwner: undefined, numChildren: 0, dataLength: 3 },
      ]);
      expect(node?.stat.czxid).toBe(node?.stat.mzxid);
      const changed = await session.set(path, Buffer.from("three"), 0);
      expect(changed).toMatchObject({ version: 1, dataLength: 5, czxid: node?.stat.czxid });
      expect(changed.mzxid).toBeGreaterThan(changed.czxid);
      await session.remove(path, 1);
      expect([await session.get(path), await session.exists(path), await session.children(path)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    });

    test("that are sequential count on from every child that was ever created", async () => {
      const { session, root } = await withTree();
      expect(await session.create(`${root}/a-`, nothing, "persistent-sequential")).toBe(`${root}/a-0000000000`);
      await session.create(`${root}/plain`, nothing, "persistent");
      await session.remove(`${root}/plain`, 0);
      expect(await session.create(`${root}/b-`, nothing, "ephemeral-sequential")).toBe(`${root}/b-0000000002`);
      expect(await session.exists(root)).toMatchObject({ numChildren: 2, cversion: 4, version: 0 });
    });

    test("that are ephemeral name their session, bear no children, and go when it is closed", async () => {
      const { session, other, root } = await withTree();
      await other.create(`${root}/e`, nothing, "ephemeral");
      expect((await session.exists(`${root}/e`))?.ephemeralOwner).toBe(other.id);
      await expect(other.create(`${root}/e/below`, nothing, "persistent")).rejects.toMatchObject({ code: "NoChildrenForEphemerals" });
      const { watch, called } = aWatch();
      await session.children(root, watch);
      await other.close();
      await called;
      expect(await session.children(root)).toEqual([]);
    });

    test("with parents are created where they are missing and left alone where they are", async () => {
      const { session, root } = await withTree();
      await session.set(root, Buffer.from("mine"), 0);
      await session.createParents(`${root}/a/b`);
      await session.createParents(`${root}/a/b`);
      await session.createParents(`${root}/a/c`, "lock");
      expect((await session.children(`${root}/a`))?.toSorted()).toEqual(["b", "c"]);
      expect((await session.get(root))?.data.toString()).toBe("mine");
    });
  });

  test.each([
    { code: "NoNode", call: (s: Session, root: string) => s.remove(`${root}/none`, -1) },
    { code: "NoNode", call: (s: Session, root: string) => s.set(`${root}/none`, nothing, -1) },
    { code: "NoNode", call: (s: Session, root: string) => s.create(`${root}/none/below`, nothing, "persistent") },
    { code: "NodeExists", call: (s: Session, root: string) => s.create(root, nothing, "persistent") },
    { code: "BadVersion", call: (s: Session, root: string) => s.set(root, nothing, 5) },
    { code: "BadVersion", call: (s: Session, root: string) => s.remove(root, 5) },
    { code: "NotEmpty", call: (s: Session, root: string) => s.createParents(`${root}/a`).then(() => s.remove(root, -1)) },
  ])("a refusal is $code", async ({ code, call }) => {
    const { session, root } = await withTree();
    await expect(call(session, root)).rejects.toMatchObject({ name: "ZooKeeperError", code });
    expect(session.state).toBe("connected");
  });

  describe("a transaction", () => {
    test("does all of it, and answers what it created", async () => {
      const { session, root } = await withTree();
      const operations: readonly Operation[] = [
        { op: "check", path: root, version: 0 },
        put(`${root}/s-`, "ephemeral-sequential"),
        { op: "set", path: root, data: Buffer.from("y"), version: 0 },
        put(`${root}/p`),
        { op: "remove", path: `${root}/p`, version: 0 },
        put(`${root}/p`, "ephemeral"),
      ];
      expect(await session.transaction(operations)).toEqual(["", `${root}/s-0000000000`, "", `${root}/p`, "", `${root}/p`]);
      expect((await session.exists(`${root}/p`))?.ephemeralOwner).toBe(session.id);
      expect((await session.get(root))?.stat.version).toBe(1);
    });

    test.each(["check", "set", "remove"] as const)("takes version 0 in a %s for version 0, and a refusal undoes everything", async (op) => {
      const { session, root } = await withTree();
      const path = `${root}/a`;
      await session.create(path, nothing, "persistent");
      await session.set(path, nothing, 0);
      const stale: Operation = op === "set" ? { op, path, version: 0, data: nothing } : { op, path, version: 0 };
      const refused = session.transaction([put(`${root}/b`), stale, { op: "remove", path: `${root}/none`, version: -1 }]);
      await expect(refused).rejects.toMatchObject({ code: "BadVersion", operation: 1, path });
      expect(await session.children(root)).toEqual(["a"]);
    });
  });

  watchContract(withTree);

  describe("a session", () => {
    const sequence = (session: Session) => {
      const states: SessionState[] = [];
      session.onState((state) => states.push(state));
      return states;
    };

    test("that is suspended fails calls with ConnectionLoss, calls every watch, and goes on with its nodes", async () => {
      const { session, other, root } = await withTree();
      const states = sequence(session);
      await session.create(`${root}/e`, nothing, "ephemeral");
      const watches = [aWatch(), aWatch(), aWatch()] as const;
      await session.get(root, watches[0].watch);
      await session.exists(`${root}/none`, watches[1].watch);
      await session.children(root, watches[2].watch);
      await world.suspend(session);
      await Promise.all(watches.map((w) => w.called));
      await expect(session.get(root)).rejects.toMatchObject({ code: "ConnectionLoss" });
      await expect(session.transaction([put(`${root}/x`)])).rejects.toMatchObject({ code: "ConnectionLoss" });
      await world.resume(session);
      expect((await session.exists(`${root}/e`))?.ephemeralOwner).toBe(session.id);
      await other.set(root, nothing, -1);
      expect([states, watches.map((w) => w.calls())]).toEqual([
        ["suspended", "connected"],
        [1, 1, 1],
      ]);
    });

    test("that is lost stays lost, fails calls with SessionLost, and its nodes go", async () => {
      const { other, root } = await withTree();
      const session = await world.openBriefly();
      const states = sequence(session);
      await session.create(`${root}/e`, nothing, "ephemeral");
      await world.lose(session);
      await expect(session.get(root)).rejects.toMatchObject({ code: "SessionLost" });
      await session.close();
      expect([session.state, states.at(-1)]).toEqual(["lost", "lost"]);
      await expect.poll(() => other.exists(`${root}/e`), { timeout: 60_000 }).toBeUndefined();
    });

    test("that is closed stays closed, and fails calls with SessionLost", async () => {
      const { session, root } = await withTree();
      const states = sequence(session);
      const { watch, called } = aWatch();
      await session.exists(root, watch);
      await session.close();
      await called;
      await session.close();
      await expect(session.get(root)).rejects.toMatchObject({ code: "SessionLost" });
      expect([session.state, states]).toEqual(["closed", ["closed"]]);
      await reaches(session, "closed");
    });
  });
}
