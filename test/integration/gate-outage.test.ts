// The processor's gate while its servers are silent, away or back, and while its own process stands still.
import { describe, expect, test } from "vitest";
import { anOpenGate, aPlace, eventually, isState, onPath, server, session, withServer } from "../support/server-gate.ts";

withServer();

describe("a gate whose servers are silent", () => {
  test("shuts before its session could have expired, and opens again when they answer", async () => {
    const { path } = aPlace();
    const { gate, present } = await anOpenGate(path, 9_000);
    const shut = new Promise<number>((resolve) => gate.onState((state) => state !== "open" && resolve(performance.now())));
    server().pause();
    const shutAt = await shut;
    const { leaseEnd, timeoutMs } = present();
    expect([gate.state, gate.tryEnter()]).toEqual(["suspended", false]);
    expect(shutAt).toBeLessThan(leaseEnd + timeoutMs / 3);
    server().resume();
    await isState(gate, "open");
    expect(await gate.run(() => "handled")).toBe("handled");
  });

  test("takes the lock anew once they are back after its session's end", async () => {
    const { path } = aPlace();
    const { gate, own } = await anOpenGate(path, 2_000);
    server().pause();
    await eventually(() => own[0]?.state).toBe("lost");
    expect(gate.tryEnter()).toBe(false);
    server().resume();
    await isState(gate, "open");
    expect(own.length).toBeGreaterThan(1);
    const other = await session();
    await eventually(() => onPath(other, path)).toEqual(["read 10.0.0.1"]);
  });

  test("comes back after the server was killed and started again", async () => {
    const { path } = aPlace();
    const { gate } = await anOpenGate(path);
    await server().kill();
    await eventually(() => gate.state).not.toBe("open");
    await server().restart();
    await isState(gate, "open");
  });
});

test("an event loop that was blocked for longer than the lease finds the gate shut at the next entry", async () => {
  const { path } = aPlace();
  const { gate, present } = await anOpenGate(path, 2_000);
  expect(gate.state).toBe("open");
  const { leaseEnd } = present();
  while (performance.now() <= leaseEnd);
  expect([gate.state, gate.tryEnter(), gate.state]).toEqual(["open", false, "suspended"]);
  await isState(gate, "open");
});
