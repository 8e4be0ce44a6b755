// Whether a reader released or vanished, on a real server: the marks that gates leave beside the lock path.
import { describe, expect, test } from "vitest";
import { readersPath } from "../../src/protocol/paths.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { lockOf, queued } from "../support/lock-world.ts";
import { anOpenGate, aPlace, eventually, isState, server, session, withServer } from "../support/server-gate.ts";

withServer();

describe("a run that is queued", () => {
  test("sees nobody vanish where every reader releases", async () => {
    const { path, run } = aPlace();
    const { gate } = await anOpenGate(path);
    const controller = await session();
    await queued(controller, run);
    await isState(gate, "paused");
    expect(lockOf(await lookAtRun(controller, run), path)).toMatchObject({ aheadCount: 0, vanished: [] });
    await gate.close();
    expect(await controller.children(readersPath(path))).toEqual([]);
  });

  test("names a reader whose session ended without a release, and no longer once its process has come back and drained", async () => {
    const { path, run } = aPlace();
    const { gate, own } = await anOpenGate(path, 2_000);
    const controller = await session();
    let ended = () => {};
    const event = gate.run(() => new Promise<void>((resolve) => (ended = resolve)));
    await queued(controller, run);
    await isState(gate, "draining");
    server().pause();
    await eventually(() => own[0]?.state).toBe("lost");
    server().resume();
    await eventually(async () => lockOf(await lookAtRun(controller, run), path).aheadCount).toBe(0);
    expect(lockOf(await lookAtRun(controller, run), path).vanished).toEqual(["10.0.0.1"]);
    ended();
    await event;
    await eventually(async () => lockOf(await lookAtRun(controller, run), path).vanished).toEqual([]);
  });
});
