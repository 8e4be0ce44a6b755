// What every Session does with watches; a part of session-contract.ts.
import { describe, expect, test } from "vitest";
import type { Operation, Session } from "../../src/zookeeper/session.ts";
import { aWatch } from "./sessions.ts";

/** Two sessions with one server, and a node of the test's own to work below. */
export interface Tree {
  readonly session: Session;
  readonly other: Session;
  readonly root: string;
}

const nothing = Buffer.alloc(0);

const put = (path: string): Operation => ({ op: "create", path, data: nothing, mode: "persistent" });

export function watchContract(withTree: () => Promise<Tree>): void {
  describe("a watch", () => {
    const cases = [
      { what: "get", of: "a change", on: "get", node: true, change: (s: Session, p: string) => s.set(p, nothing, -1) },
      { what: "get", of: "a removal", on: "get", node: true, change: (s: Session, p: string) => s.remove(p, -1) },
      {
        what: "exists",
        of: "a creation",
        on: "exists",
        node: false,
        change: (s: Session, p: string) => s.create(p, nothing, "persistent"),
      },
      { what: "exists", of: "a removal", on: "exists", node: true, change: (s: Session, p: string) => s.remove(p, -1) },
      { what: "children", of: "a child", on: "children", node: true, change: (s: Session, p: string) => s.transaction([put(`${p}/c`)]) },
      { what: "children", of: "the removal", on: "children", node: true, change: (s: Session, p: string) => s.remove(p, -1) },
    ] as const;

    test.each(cases)("of $what is called at $of, once, though it was handed in twice", async ({ on, node, change }) => {
      const { session, other, root } = await withTree();
      const path = `${root}/n`;
      if (node) await session.create(path, nothing, "persistent");
      const { calls, watch, called } = aWatch();
      await session[on](path, watch);
      await session[on](path, watch);
      await change(other, path);
      await called;
      if ((await session.exists(path)) !== undefined) await session.set(path, nothing, -1);
      await session.sync(path);
      expect(calls()).toBe(1);
    });

    test.each([
      {
        what: "of children",
        is: "a change of the node's own data",
        on: "children",
        change: (s: Session, p: string) => s.set(p, nothing, -1),
      },
      { what: "of get", is: "a child", on: "get", change: (s: Session, p: string) => s.transaction([put(`${p}/c`)]) },
      { what: "of exists", is: "a child", on: "exists", change: (s: Session, p: string) => s.transaction([put(`${p}/c`)]) },
    ] as const)("$what is not called at $is", async ({ on, change }) => {
      const { session, root } = await withTree();
      const { calls, watch } = aWatch();
      await session[on](root, watch);
      await change(session, root);
      await session.sync(root);
      await session.exists(root);
      expect(calls()).toBe(0);
    });

    test("of get or of children is left nowhere where there is no node", async () => {
      const { session, root } = await withTree();
      const { calls, watch } = aWatch();
      await session.get(`${root}/n`, watch);
      await session.children(`${root}/n`, watch);
      await session.create(`${root}/n`, nothing, "persistent");
      await session.sync(root);
      expect(calls()).toBe(0);
    });
  });
}
