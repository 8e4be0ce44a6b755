// One call to the API server: deadlines, what a failure is called, and how many connections many calls open.
import { rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadKube, namespaceOf } from "../../src/kube/config.ts";
import { listAll } from "../../src/kube/list.ts";
import { createRest, type RestOptions } from "../../src/kube/rest.ts";
import { fastClock } from "../support/fast-clock.ts";
import { StubApiServer } from "../support/stub-api-server.ts";
import { type StubKubeconfig, stubKubeconfig } from "../support/stub-kubeconfig.ts";

const stubs = "/apis/stub/v1/stubs";
let server: StubApiServer;
let kubeconfig: StubKubeconfig;

beforeEach(async () => {
  server = new StubApiServer();
  await server.start();
  kubeconfig = await stubKubeconfig(server.url);
});

afterEach(async () => {
  await server.stop();
  await kubeconfig.remove();
});

function rest(options: Partial<RestOptions> = {}) {
  return createRest(loadKube({ kubeconfig: kubeconfig.path }), { clock: fastClock(1), ...options });
}

const get = { method: "GET", path: stubs } as const;

describe("a call", () => {
  test("that is never answered ends at its deadline of 15 s", async () => {
    server.fail("list", { kind: "mute" });
    const call = rest({ clock: fastClock(50) }).call("list stubs", get);
    await expect(call).rejects.toMatchObject({
      code: "Unavailable",
      what: "list stubs",
      message: expect.stringContaining("no answer within 15 s"),
    });
  });

  test("whose answer never ends ends at its deadline too", async () => {
    server.fail("list", { kind: "bytes", bytes: '{"metadata":' });
    const call = rest({ clock: fastClock(50) }).call("list stubs", get);
    await expect(call).rejects.toMatchObject({ code: "Unavailable", message: expect.stringContaining("no answer within 15 s") });
  });

  test("can be given less time than others", async () => {
    server.fail("list", { kind: "mute" });
    const call = rest({ clock: fastClock(50) }).call("list stubs", { ...get, deadlineMs: 3000 });
    await expect(call).rejects.toMatchObject({ message: expect.stringContaining("no answer within 3 s") });
  });

  test("to nobody says that the API server cannot be reached", async () => {
    await server.stop();
    await expect(rest().call("list stubs", get)).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining("cannot list stubs: the API server cannot be reached"),
    });
  });

  test("whose connection is cut is unavailable", async () => {
    server.fail("list", { kind: "reset" });
    await expect(rest().call("list stubs", get)).rejects.toMatchObject({ code: "Unavailable" });
  });

  test("that is refused bears the server's own message", async () => {
    server.fail("list", { kind: "status", code: 403 });
    await expect(rest().call("list stubs", get)).rejects.toMatchObject({ code: "Forbidden", message: "the stub answers 403" });
  });

  test("reads the token file each time", async () => {
    const caller = rest();
    await caller.call("list stubs", get);
    await writeFile(kubeconfig.tokenFile, "second\n");
    await caller.call("list stubs", get);
    expect(server.requests.map((request) => request.authorization)).toEqual(["Bearer first", "Bearer second"]);
  });
});

test("twenty calls one after the other open no twenty connections", async () => {
  const caller = rest();
  for (let n = 0; n < 20; n++) await caller.call("list stubs", get);
  // A connection is free again a moment after its answer was read, so the next call may open a second one.
  expect(server.connections).toBeLessThanOrEqual(2);
});

describe("a list", () => {
  test("whose continue token grew too old is begun anew", async () => {
    for (let n = 0; n < 700; n++) server.put(`stub-${n}`);
    const caller = rest();
    let calls = 0;
    const listing = await listAll(
      {
        ...caller,
        call: (what, request) => {
          if (++calls === 2) server.fail("list", { kind: "status", code: 410 });
          return caller.call(what, request);
        },
      },
      "list stubs",
      stubs,
    );
    expect(listing.items).toHaveLength(700);
    expect(server.requests.map(({ query }) => query.get("continue"))).toEqual([null, "500", null, "500"]);
  });

  test("that is none is an error, not an empty cluster", async () => {
    const caller = rest();
    server.fail("list", { kind: "close" });
    await expect(listAll(caller, "list stubs", stubs)).rejects.toMatchObject({ code: "Unavailable" });
    await expect(listAll({ ...caller, call: async () => JSON.parse('{"body":{},"warnings":[]}') }, "list stubs", stubs)).rejects.toThrow(
      "the answer is not a list",
    );
  });
});

describe("a kubeconfig", () => {
  test("that does not exist is named in the error", () => {
    expect(() => loadKube({ kubeconfig: "/nowhere/config" })).toThrow("cannot read the kubeconfig /nowhere/config");
  });

  test("without the context asked for names those that it has", () => {
    expect(() => loadKube({ kubeconfig: kubeconfig.path, context: "prod" })).toThrow('no usable context "prod"; its contexts are: stub');
  });

  test("gives the namespace of its context", () => {
    expect(namespaceOf(loadKube({ kubeconfig: kubeconfig.path }))).toBe("stub");
  });

  test("whose token file is gone fails the call, not the process", async () => {
    const caller = rest();
    await rm(kubeconfig.tokenFile);
    await expect(caller.call("list stubs", get)).rejects.toMatchObject({ code: "Unavailable", message: expect.stringContaining("ENOENT") });
    await writeFile(kubeconfig.tokenFile, "first");
  });
});
