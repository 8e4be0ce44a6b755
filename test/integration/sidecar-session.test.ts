// The sidecar when ZooKeeper falls silent: closed at once, with its leases marked for what their lock is worth.
import { expect, test } from "vitest";
import { aPlace, eventually, onPath, server, session, withServer } from "../support/server-gate.ts";
import { aProxy } from "../support/sessions.ts";
import { aSidecar } from "../support/sidecar-world.ts";

withServer();

async function aLeaseBehindAProxy(sessionSeconds: number) {
  const { path } = aPlace();
  const proxy = await aProxy(server());
  const sidecar = await aSidecar({ ZOOKEEPER: proxy.connectString, LOCKS: path, SESSION_TIMEOUT_SECONDS: String(sessionSeconds) });
  await sidecar.is("open");
  const { body } = await sidecar.ask("PUT", "/v1/leases/work?ttl=10m");
  return { path, proxy, sidecar, granted: body };
}

test("the gate is closed while ZooKeeper does not answer, and a lease that outlives the silence goes on", async () => {
  const { proxy, sidecar, granted } = await aLeaseBehindAProxy(60);
  proxy.refuse();
  proxy.cut();
  await sidecar.is("suspended");
  expect(await sidecar.ask("GET", "/v1/leases/work")).toMatchObject({ status: 200, body: { lock: "endangered" } });
  expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(423);
  expect(await sidecar.ask("PUT", "/v1/leases/work?ttl=10m")).toMatchObject({ status: 200, body: { lock: "endangered" } });
  proxy.open();
  await sidecar.is("open");
  const { body } = await sidecar.ask("PUT", "/v1/leases/work?ttl=10m");
  expect(body).toMatchObject({ lock: "held", fencingTokens: granted["fencingTokens"] });
});

test("a lease whose session was lost is told so when it is renewed, and holds up no lock of the next session", async () => {
  const { path, proxy, sidecar } = await aLeaseBehindAProxy(3);
  proxy.refuse();
  proxy.cut();
  const other = await session();
  await eventually(() => onPath(other, path)).toEqual([]);
  await sidecar.is("connecting");
  expect((await sidecar.ask("PUT", "/v1/leases/work")).status).toBe(410);
  proxy.open();
  await sidecar.is("open");
  expect(await sidecar.ask("PUT", "/v1/leases/work")).toMatchObject({ status: 410, body: { lock: "lost" } });
  expect((await sidecar.ask("DELETE", "/v1/leases/work")).status).toBe(204);
  expect((await sidecar.ask("PUT", "/v1/leases/work")).status).toBe(201);
});

test("a sidecar that is started without ZooKeeper answers that it is closed", async () => {
  const { path } = aPlace();
  const sidecar = await aSidecar({ ZOOKEEPER: "127.0.0.1:1", LOCKS: path });
  expect(await sidecar.ask("GET", "/v1/gate")).toMatchObject({ status: 423, body: { open: false, state: "connecting" } });
  expect((await sidecar.ask("PUT", "/v1/leases/late")).status).toBe(423);
});
