// The sidecar against a real server and over real HTTP: who may work, and what the locks wait for.
import { describe, expect, test } from "vitest";
import type { RunIdentity } from "../../src/protocol/node-data.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aRun, lockOf, promoted, queued, released } from "../support/lock-world.ts";
import { aPlace, eventually, onPath, server, session, withServer } from "../support/server-gate.ts";
import { aSidecar } from "../support/sidecar-world.ts";

withServer();

async function anOpenSidecar(path: string, env: Readonly<Record<string, string>> = {}) {
  const sidecar = await aSidecar({ ZOOKEEPER: server().connectString, LOCKS: path, ...env });
  await sidecar.is("open");
  return sidecar;
}

describe("a window", () => {
  test("waits for the leases that were granted, gets the lock when the last one has ended, and lets work in again after", async () => {
    const { path, run } = aPlace();
    const sidecar = await anOpenSidecar(path, { NAME: "orders/nightly" });
    const open = await sidecar.ask("GET", "/v1/gate");
    expect(open).toMatchObject({ status: 200, body: { open: true, state: "open", window: "orders/nightly", leases: 0 } });
    const controller = await session();
    expect(await onPath(controller, path)).toEqual(["read 10.0.0.1"]);
    expect((await sidecar.ask("PUT", "/v1/leases/a")).status).toBe(201);
    expect((await sidecar.ask("PUT", "/v1/leases/b?ttl=5m")).status).toBe(201);
    await queued(controller, run);
    await sidecar.is("draining");
    expect(await sidecar.ask("PUT", "/v1/leases/late")).toMatchObject({ status: 423, body: { open: false, state: "draining", leases: 2 } });
    expect(await sidecar.ask("PUT", "/v1/leases/a?ttl=2m")).toMatchObject({
      status: 200,
      body: { id: "a", ttlSeconds: 120, lock: "held" },
    });
    expect((await sidecar.ask("DELETE", "/v1/leases/a")).status).toBe(204);
    expect(await sidecar.ask("GET", "/v1/leases")).toMatchObject({ body: { leases: [{ id: "b" }] } });
    expect(lockOf(await lookAtRun(controller, run), path).ahead.map(({ owner }) => owner)).toEqual(["10.0.0.1"]);
    expect((await sidecar.ask("DELETE", "/v1/leases/b")).status).toBe(204);
    await sidecar.is("paused");
    await promoted(controller, run);
    expect((await sidecar.ask("DELETE", "/v1/leases/b")).status).toBe(404);
    await released(controller, run);
    await sidecar.is("open");
    expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(201);
  });

  test("gets the lock when the time of a lease that nobody renews has run out", async () => {
    const { path, run } = aPlace();
    const sidecar = await anOpenSidecar(path);
    await sidecar.ask("PUT", "/v1/leases/forgotten?ttl=300ms");
    const controller = await session();
    await queued(controller, run);
    await sidecar.is("paused");
    expect(lockOf(await lookAtRun(controller, run), path).aheadCount).toBe(0);
    expect((await sidecar.ask("GET", "/v1/leases/forgotten")).status).toBe(404);
  });

  test("gets the lock from leases that are renewed for longer than the drain timeout", async () => {
    const { path, run } = aPlace();
    const sidecar = await anOpenSidecar(path, { DRAIN_TIMEOUT_SECONDS: "0.2" });
    await sidecar.ask("PUT", "/v1/leases/endless?ttl=24h");
    await queued(await session(), run);
    await sidecar.is("paused");
    expect((await sidecar.ask("PUT", "/v1/leases/endless")).status).toBe(423);
  });

  test("is told to who waits for an open gate, to who waits for a closed one, and to who listens", async () => {
    const { path, run } = aPlace();
    const sidecar = await anOpenSidecar(path);
    const events = listen(`${sidecar.url}/v1/events`);
    await eventually(() => events.states()).toEqual(["open"]);
    const closed = sidecar.ask("GET", "/v1/gate?wait=60s&for=closed", 60_000);
    const controller = await session();
    await queued(controller, run);
    expect((await closed).status).toBe(423);
    await eventually(() => events.states()).toEqual(["open", "draining", "paused"]);
    const opened = sidecar.ask("GET", "/v1/gate?wait=60s", 60_000);
    await promoted(controller, run);
    await released(controller, run);
    expect(await opened).toMatchObject({ status: 200, body: { state: "open" } });
    await eventually(() => events.states().at(-1)).toBe("open");
    events.stop();
  });

  test("that does not end within the wait is answered with what is so", async () => {
    const { path, run } = aPlace();
    const sidecar = await anOpenSidecar(path);
    expect((await sidecar.ask("GET", "/v1/gate?wait=50ms&for=closed")).status).toBe(200);
    await queued(await session(), run);
    await sidecar.is("paused");
    const response = await fetch(`${sidecar.url}/v1/gate?wait=50ms`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([423, "1"]);
    expect(await response.json()).toMatchObject({ open: false, reason: "a window is on, or a writer is in the queue" });
  });
});

test("work under leases never overlaps a window, over many windows and sidecars", async () => {
  const { path, run } = aPlace();
  const sidecars = await Promise.all([1, 2].map(() => anOpenSidecar(path)));
  const controller = await session();
  const seen = { leases: 0, overlaps: 0, exclusive: false, over: false };
  const work = sidecars.map(async (sidecar, index) => {
    for (let number = 0; !seen.over; number++) {
      const lease = `/v1/leases/${index}-${number}`;
      if ((await sidecar.ask("PUT", lease)).status !== 201) {
        await sidecar.ask("GET", "/v1/gate?wait=1s", 1000);
        continue;
      }
      if (seen.exclusive) seen.overlaps++;
      await new Promise((resolve) => setImmediate(resolve));
      if (seen.exclusive) seen.overlaps++;
      seen.leases++;
      await sidecar.ask("DELETE", lease);
    }
  });
  for (let window = 0; window < 10; window++) {
    const before = seen.leases;
    await eventually(() => seen.leases).toBeGreaterThan(before);
    await queued(controller, run);
    await eventually(() => ahead(controller, run, path)).toBe(0);
    seen.exclusive = true;
    await promoted(controller, run);
    for (const sidecar of sidecars) expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(423);
    seen.exclusive = false;
    await released(controller, run);
  }
  seen.over = true;
  await Promise.all(work);
  expect(seen.overlaps).toBe(0);
});

describe("a sidecar of two locks", () => {
  test("is open only while both are, and drains for one of them without holding up the other's window", async () => {
    const [one, two] = [aPlace(), aPlace()];
    const sidecar = await anOpenSidecar(`${one.path},${two.path}=${two.path}-signal`);
    const { body } = await sidecar.ask("PUT", "/v1/leases/work");
    expect(Object.keys(Object(body["fencingTokens"]))).toEqual([one.path, two.path]);
    const controller = await session();
    await queued(controller, one.run);
    await sidecar.is("draining");
    expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(423);
    expect([await onPath(controller, one.path), await onPath(controller, two.path)].map((list) => list.includes("read 10.0.0.1"))).toEqual([
      true,
      true,
    ]);
    await sidecar.ask("DELETE", "/v1/leases/work");
    await sidecar.is("paused");
    await promoted(controller, one.run);
    await queued(controller, two.run);
    await eventually(() => ahead(controller, two.run, two.path)).toBe(0);
    await promoted(controller, two.run);
    await released(controller, one.run);
    await eventually(() => onPath(controller, one.path)).toEqual(["read 10.0.0.1"]);
    expect(await sidecar.state()).toBe("paused");
    expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(423);
    await released(controller, two.run);
    await sidecar.is("open");
  });

  test("drains for a window over both of them", async () => {
    const [one, two] = [aPlace(), aPlace()];
    const sidecar = await anOpenSidecar(`${one.path},${two.path}`);
    await sidecar.ask("PUT", "/v1/leases/work");
    const controller = await session();
    const run = aRun(
      "both",
      [one, two].map(({ path }) => ({ path, signalPath: `${path}-signal` })),
    );
    await queued(controller, run);
    await sidecar.is("draining");
    expect([await ahead(controller, run, one.path), await ahead(controller, run, two.path)]).toEqual([1, 1]);
    await sidecar.ask("DELETE", "/v1/leases/work");
    await eventually(async () => (await ahead(controller, run, one.path)) + (await ahead(controller, run, two.path))).toBe(0);
    await promoted(controller, run);
    await sidecar.is("paused");
    await released(controller, run);
    await sidecar.is("open");
  });
});

test("a drain lets nothing new in, waits for the leases, and leaves nothing at the server", async () => {
  const { path } = aPlace();
  const sidecar = await anOpenSidecar(path);
  await sidecar.ask("PUT", "/v1/leases/work");
  expect(await sidecar.ask("POST", "/v1/drain")).toMatchObject({ status: 202, body: { drained: false, state: "draining", leases: 1 } });
  expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(423);
  const drained = sidecar.ask("POST", "/v1/drain?wait=60s", 60_000);
  await sidecar.ask("DELETE", "/v1/leases/work");
  expect(await drained).toMatchObject({ status: 200, body: { drained: true, state: "closed" } });
  expect(await onPath(await session(), path)).toEqual([]);
});

/** How many are before the run on that path. */
async function ahead(controller: Session, run: RunIdentity, path: string): Promise<number> {
  return lockOf(await lookAtRun(controller, run), path).aheadCount;
}

/** Server-sent events, as they come. */
function listen(url: string) {
  const stopping = new AbortController();
  let text = "";
  void fetch(url, { signal: stopping.signal })
    .then(async ({ body }) => {
      for await (const part of body ?? []) text += Buffer.from(part).toString();
    })
    .catch(() => {});
  const states = () => [...text.matchAll(/^event: state\ndata: (.*)\n\n/gm)].map(([, data = ""]) => String(JSON.parse(data).state));
  return { states, stop: () => stopping.abort() };
}
