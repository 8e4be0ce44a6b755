// `locks reset` on a real server: it removes the very nodes that were shown, whatever happens in between.
import { describe, expect, test } from "vitest";
import { type Session, ZooKeeperError } from "../../src/zookeeper/session.ts";
import { aRun, promoted, put, queued, treeOf } from "../support/lock-world.ts";
import { aLease, aLock, locks, locksJson, yesAfter } from "../support/locks-admin.ts";
import { session, withServer } from "../support/server-gate.ts";

withServer();

let paths = 0;
const aPath = () => `/resets/lock-${++paths}`;
const reset = (mode: string, path: string, ...more: readonly string[]) => [mode, "reset", path, ...more];

/** LogDriver's purge and its next reader: the same name, and the same version. */
async function madeAnew(ours: Session, path: string): Promise<void> {
  for (const name of (await ours.children(path)) ?? []) await ours.remove(`${path}/${name}`, -1);
  await ours.remove(path, -1);
  await aLock(ours, path, "ZooKeeperRecipe", "read");
}

describe("reset", () => {
  test.each(["read", "write"] as const)("removes every %s lock of the dialect, the last in line first, and nothing else", async (mode) => {
    const ours = await session();
    const path = aPath();
    const nodes = [];
    for (const one of ["read", "write", "read", "write"] as const) nodes.push({ one, at: await aLock(ours, path, "Curator", one) });
    await put(ours, `${path}/notes`, "kept");
    const before = await treeOf(ours);
    const own = nodes.filter(({ one }) => one === mode).map(({ at }) => at);
    expect(await locksJson(reset(mode, path, "--yes"))).toEqual({ path, removed: own.toReversed(), gone: [], left: [], planned: [] });
    for (const at of own) delete (before as Record<string, string>)[at];
    expect(await treeOf(ours)).toEqual(before);
  });

  test("shows who holds the lock, and asks; any answer but yes changes nothing, nor does nobody", async () => {
    const ours = await session();
    const path = aPath();
    await aLock(ours, path, "CuratorMutex", "write 10.1.2.3");
    const before = await treeOf(ours);
    const asked: string[] = [];
    const no = await locks(reset("write", path), { ask: async (question) => `${asked.push(question)}` });
    expect(asked).toEqual([`Remove this lock from ${path} (write)? [y/N] `]);
    expect(no).toMatchObject({ code: 5, out: "" });
    expect(no.err).toMatch(new RegExp(`10\\.1\\.2\\.3 +${ours.id} +\\d+s +0x`));
    expect(await locks(reset("write", path))).toMatchObject({ code: 5, out: "", err: expect.stringContaining("give --yes") });
    expect(await treeOf(ours)).toEqual(before);
    expect(
      await locks(
        reset("write", path),
        yesAfter(async () => undefined),
      ),
    ).toMatchObject({ code: 0 });
    expect(await ours.children(path)).toEqual([]);
  });

  test("refuses where nodes of two dialects stand, until one is named", async () => {
    const ours = await session();
    const path = aPath();
    const kept = await aLock(ours, path, "Curator", "write");
    const meant = await aLock(ours, path, "CuratorMutex", "write");
    expect(await locks(reset("write", path, "--yes"))).toMatchObject({ code: 5, err: expect.stringContaining("--dialect") });
    expect(await locks(reset("write", path, "--yes", "--dialect", "CuratorMutex"))).toMatchObject({ code: 0, out: `${meant} removed\n` });
    expect(await ours.exists(kept)).toBeDefined();
  });

  test("takes leases and line of a semaphore mutex, the lease last", async () => {
    const ours = await session();
    const path = aPath();
    const inLine = await aLock(ours, path, "CuratorSemaphoreMutex");
    const lease = await aLease(ours, path);
    expect(await locks(reset("write", path, "--yes"))).toMatchObject({ code: 0, out: `${inLine} removed\n${lease} removed\n` });
  });

  test("has nothing to do where there is no lock, or no path", async () => {
    const ours = await session();
    const path = aPath();
    await aLock(ours, path, "ZooKeeperRecipe", "read");
    expect(await locks(reset("write", path))).toMatchObject({ code: 0, err: expect.stringContaining("there are no write locks") });
    expect(await locks(reset("write", "/nowhere/here"))).toMatchObject({ code: 0, err: expect.stringContaining("no such node") });
  });
});

describe("a reset between whose listing and whose removal", () => {
  test("nodes vanish reports them, and removes the others", async () => {
    const ours = await session();
    const path = aPath();
    const [first, second] = [await aLock(ours, path, "Curator", "read"), await aLock(ours, path, "Curator", "read")];
    const outcome = await locks(
      reset("read", path),
      yesAfter(() => ours.remove(second, -1)),
    );
    expect(outcome).toMatchObject({ code: 0, out: `${second} was gone already\n${first} removed\n` });
  });

  test("new readers come leaves these", async () => {
    const ours = await session();
    const path = aPath();
    const shown = await aLock(ours, path, "Curator", "read");
    let late = "";
    const arrive = async () => {
      late = await aLock(ours, path, "Curator", "read");
    };
    expect(await locks(reset("read", path), yesAfter(arrive))).toMatchObject({ code: 0, out: `${shown} removed\n` });
    expect(await ours.exists(late)).toBeDefined();
  });

  test.each(["asked", "get", "set", "remove"] as const)("the path is made anew (%s) leaves the new node of the same name", async (when) => {
    const ours = await session();
    const path = aPath();
    const shown = await aLock(ours, path, "ZooKeeperRecipe", "read");
    let renewals = 0;
    const renew = async () => {
      // look's own reads of the node come before it is shown
      if (asked && renewals++ === 0) await madeAnew(ours, path);
    };
    let asked = false;
    const ask = async () => {
      asked = true;
      if (when === "asked") await renew();
      return "y";
    };
    const outcome = await locks(reset("read", path), when === "asked" ? { ask } : { ask, on: { [when]: renew } });
    expect(renewals).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ code: 1, out: "" });
    expect(outcome.err).toContain(`${shown} was left`);
    expect(await ours.exists(shown)).toBeDefined();
  });

  test("a run is promoted leaves its node, which kept its name", async () => {
    const ours = await session();
    const path = aPath();
    const run = aRun(`run-${paths}`, [{ path, signalPath: `${path}-signal` }]);
    const [name = ""] = await queued(ours, run);
    const outcome = await locks(
      reset("write", path),
      yesAfter(() => promoted(ours, run)),
    );
    expect(outcome).toMatchObject({ code: 1, err: expect.stringContaining("another node has taken its place") });
    expect(await ours.get(`${path}/${name}`)).toMatchObject({ stat: { ephemeralOwner: undefined } });
  });
});

describe("the lock that a window's run holds for good", () => {
  test("is refused without --force, with the window and what to do instead; with it, it goes", async () => {
    const ours = await session();
    const path = aPath();
    const run = aRun(`run-${paths}`, [{ path, signalPath: `${path}-signal` }]);
    await queued(ours, run);
    const [name = ""] = await promoted(ours, run);
    const before = await treeOf(ours);
    const refused = await locks(reset("write", path, "--yes"));
    expect(refused).toMatchObject({ code: 5, out: "" });
    expect(refused.err).toContain(`run ${run.runId} of the window orders/window-${run.runId}`);
    expect(refused.err).toContain(`exclusivewindow.dev/abandon-locks=${run.runId}`);
    expect(await treeOf(ours)).toEqual(before);
    expect(await locks(reset("write", path, "--yes", "--force", "--no-event"))).toMatchObject({
      code: 0,
      out: `${path}/${name} removed\n`,
    });
  });
});

describe("a reset that cannot go on", () => {
  test("still says in its document what it has removed", async () => {
    const ours = await session();
    const path = aPath();
    const [stays, goes] = [await aLock(ours, path, "Curator", "read"), await aLock(ours, path, "Curator", "read")];
    const remove = (at: string) => (at === stays ? Promise.reject(new ZooKeeperError("ConnectionLoss", "away", at)) : Promise.resolve());
    const { code, out } = await locks(reset("read", path, "--yes", "-o", "json"), { on: { remove } });
    expect({ code, document: JSON.parse(out) }).toEqual({ code: 1, document: { path, removed: [goes], gone: [], left: [], planned: [] } });
  });

  test("is none where only the windows that it concerns may not be read", async () => {
    const ours = await session();
    const path = aPath();
    const held = await aLock(ours, path, "Curator", "read");
    const children = (at: string) =>
      at === "/exclusive-windows/_held" ? Promise.reject(new ZooKeeperError("NoAuth", `${at} may not be read`, at)) : Promise.resolve();
    const { code, out, err } = await locks(reset("read", path, "--yes"), { on: { children } });
    expect({ code, out }).toEqual({ code: 0, out: `${held} removed\n` });
    expect(err).toContain("warning: a window that holds this lock may get no Event: /exclusive-windows/_held may not be read");
  });
});
