// The watch against every fault that ended or blinded client-node's informer, and some more.
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { WatchOptions } from "../../src/kube/watch.ts";
import { event, type Fault, type StubObject } from "../support/stub-api-server.ts";
import { StubWatch, until } from "../support/stub-watch.ts";

const stub = new StubWatch();

describe("a watch survives", () => {
  const faults: readonly { name: string; fault: Fault }[] = [
    { name: "a cut connection", fault: { kind: "reset" } },
    { name: "a 408", fault: { kind: "status", code: 408 } },
    { name: "a 429 without Retry-After", fault: { kind: "status", code: 429 } },
    { name: "a 429 with Retry-After", fault: { kind: "status", code: 429, retryAfter: "2" } },
    { name: "a 500", fault: { kind: "status", code: 500 } },
    { name: "a 503", fault: { kind: "status", code: 503, retryAfter: "1" } },
    { name: "an empty answer", fault: { kind: "close" } },
    { name: "a page of a proxy", fault: { kind: "status", code: 502 } },
  ];
  test.each(faults)("$name, three times in a row, instead of a list", async ({ fault }) => {
    stub.server.put("a");
    stub.server.fail("list", fault, fault, fault);
    await stub.start().synced;
    expect(stub.server.count("list")).toBe(4);
    expect(stub.told).toEqual(["present a"]);
  });

  const broken: readonly { name: string; fault: Fault }[] = [
    ...faults,
    { name: "a 403", fault: { kind: "status", code: 403 } },
    { name: "a 404", fault: { kind: "status", code: 404 } },
    { name: "a 401", fault: { kind: "status", code: 401 } },
    { name: "a 410", fault: { kind: "status", code: 410 } },
    {
      name: "an ERROR event of code 500, the stream left open",
      fault: { kind: "bytes", bytes: event("ERROR", { code: 500, message: "x" }) },
    },
    { name: "an ERROR event of code 410, the stream left open", fault: { kind: "bytes", bytes: event("ERROR", { code: 410 }) } },
    { name: "an ERROR event that says nothing", fault: { kind: "bytes", bytes: event("ERROR", null) } },
    { name: "a line that is not JSON", fault: { kind: "bytes", bytes: "<html>\n" } },
    { name: "an event of an unknown type", fault: { kind: "bytes", bytes: event("MOVED", {}) } },
    { name: "an object without a name", fault: { kind: "bytes", bytes: event("ADDED", { metadata: {} }) } },
    { name: "a line that never ends", fault: { kind: "bytes", bytes: "x".repeat(4 * 1024 * 1024) } },
  ];
  test.each(broken)("$name, twice in a row, instead of a watch", async ({ fault }) => {
    stub.server.fail("watch", fault, fault);
    await stub.start({ factor: 20 }).synced;
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
    expect(stub.server.count("watch")).toBeGreaterThanOrEqual(3);
    // It was understood at once; the silence that follows would have cured it too.
    expect(stub.interruptions.slice(0, 2).join()).not.toContain("nothing was heard");
  });

  test("a compressed stream that nobody asked for", async () => {
    stub.server.fail("watch", { kind: "bytes", bytes: gzipSync(event("ADDED", {}).repeat(100)) });
    await stub.start({ factor: 300 }).synced;
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
  });

  test("a connection cut in the middle, and misses nothing", async () => {
    stub.start();
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
    stub.server.cut();
    stub.server.put("b");
    stub.server.remove("a");
    await until(() => expect(stub.told).toEqual(["present a", "present b", "gone a"]));
    expect(stub.server.count("list")).toBe(1);
  });

  test("an end in the middle of a line", async () => {
    stub.start();
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.say('{"type":"ADDED","object":{"metadata":{"uid":"u"');
    stub.server.end();
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
  });

  test("a server that goes silent without closing", async () => {
    const watch = stub.start({ factor: 300 });
    await until(() => expect(stub.server.count("watch")).toBeGreaterThanOrEqual(2));
    expect(watch.counts.failures).toBeGreaterThanOrEqual(1);
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
  });

  test("a server that only ever sends parts of a line", async () => {
    stub.start({ factor: 300 });
    await until(() => expect(stub.server.watching).toBe(1));
    const trickle = setInterval(() => stub.server.say(" "), 20);
    const noticed = until(() => expect(stub.interruptions.join()).toContain("nothing was heard"));
    await noticed.finally(() => clearInterval(trickle));
    stub.server.put("a");
    await until(() => expect(stub.told).toContain("present a"));
  });

  test("a restart of the API server", async () => {
    const watch = stub.start();
    await until(() => expect(stub.server.watching).toBe(1));
    await stub.server.stop();
    stub.server.put("a");
    await until(() => expect(watch.counts.failures).toBeGreaterThanOrEqual(2));
    await stub.server.start();
    await until(() => expect(stub.told).toEqual(["present a"]));
    expect(watch.problem).toBeUndefined();
  });

  test("a token that was rotated", async () => {
    stub.server.token = "first";
    const watch = stub.start();
    await watch.synced;
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.token = "second";
    stub.server.end();
    await until(() => expect(watch.problem).toContain("401"));
    await writeFile(stub.kubeconfig.tokenFile, "second\n");
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
  });

  test("a handler that throws, and tells it of that object again at the next list", async () => {
    let angry = true;
    stub.server.put("a");
    const onChange: WatchOptions<StubObject>["onChange"] = ({ kind, object }) => {
      if (angry) throw new Error("no");
      stub.told.push(`${kind} ${object.metadata.name}`);
    };
    const watch = stub.start({ onChange });
    await watch.synced;
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.put("b");
    stub.server.remove("a");
    await until(() => expect(watch.counts.handlerThrows).toBe(3));
    angry = false;
    stub.server.forget();
    stub.server.bookmark();
    stub.server.put("c");
    await until(() => expect(stub.told).toEqual(["present c"]));
    stub.server.say(event("ERROR", { code: 410 }));
    await until(() => expect([...stub.told].sort()).toEqual(["gone a", "present b", "present c"]));
    expect(watch.counts.missed).toBe(0);
  });
});
