// A watch that goes well, and what it does between attempts when it does not.
import { describe, expect, test } from "vitest";
import { event, type Fault } from "../support/stub-api-server.ts";
import { StubWatch, until } from "../support/stub-watch.ts";

const stub = new StubWatch();

describe("a watch that goes well", () => {
  test("tells what is there, what comes, what changes and what goes", async () => {
    stub.server.put("a");
    const watch = stub.start();
    await watch.synced;
    expect(stub.told).toEqual(["present a"]);
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.put("b");
    stub.server.put("a", "2");
    stub.server.remove("a");
    await until(() => expect(stub.told).toEqual(["present a", "present b", "present a2", "gone a2"]));
    expect(watch.objects().map((object) => object.metadata.name)).toEqual(["b"]);
  });

  test("asks for bookmarks and for an end after five to ten minutes", async () => {
    stub.start({ random: () => 0.5 });
    await until(() => expect(stub.server.watching).toBe(1));
    const query = stub.server.requests.at(-1)?.query;
    expect(query?.get("allowWatchBookmarks")).toBe("true");
    expect(query?.get("timeoutSeconds")).toBe("450");
  });

  test("stays on one connection while bookmarks come, however quiet it is", async () => {
    // 150 s of silence are half a second here; bookmarks come eight times as often.
    const watch = stub.start({ factor: 300, random: () => 1 });
    await until(() => expect(stub.server.watching).toBe(1));
    const bookmarks = setInterval(() => stub.server.bookmark(), 60);
    const heardMs = watch.lastHeardMs;
    await until(() => expect(watch.lastHeardMs - heardMs).toBeGreaterThan(300_000)).finally(() => clearInterval(bookmarks));
    expect(watch.counts).toMatchObject({ watches: 1, lists: 1, failures: 0 });
  });

  test("lists a large collection page by page", async () => {
    for (let n = 0; n < 1234; n++) stub.server.put(`many-${n}`);
    const watch = stub.start();
    await watch.synced;
    expect(watch.objects()).toHaveLength(1234);
    expect(stub.server.requests.filter(({ kind }) => kind === "list").map(({ query }) => query.get("limit"))).toEqual([
      "500",
      "500",
      "500",
    ]);
  });

  test("reads characters that were cut in two", async () => {
    stub.start();
    await until(() => expect(stub.server.watching).toBe(1));
    const object = { metadata: { uid: "uid-a", name: "ærø", namespace: "stub", resourceVersion: "900" } };
    const bytes = Buffer.from(event("ADDED", object));
    const cut = bytes.indexOf(Buffer.from("ø")) + 1;
    stub.server.say(bytes.subarray(0, cut));
    await new Promise(setImmediate);
    stub.server.say(bytes.subarray(cut));
    await until(() => expect(stub.told).toEqual(["present ærø"]));
  });

  test("ends with stop, and asks nothing more", async () => {
    const watch = stub.start({ factor: 1 });
    await until(() => expect(stub.server.watching).toBe(1));
    watch.stop();
    await until(() => expect(stub.server.watching).toBe(0));
    const asked = stub.server.requests.length;
    const seen: string[] = [];
    stub.start({ factor: 1, onChange: ({ object }) => void seen.push(object.metadata.name) });
    stub.server.put("a");
    await until(() => expect(seen).toEqual(["a"]));
    await until(() => expect(stub.server.watching).toBe(1));
    // The second watch listed and watched; the first did nothing more.
    expect([stub.server.requests.length - asked, stub.told]).toEqual([2, []]);
  });
});

describe("a version that is too old", () => {
  test("is answered with a list that tells what came and what went meanwhile", async () => {
    stub.server.put("a");
    await stub.start().synced;
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.telling = false;
    stub.server.put("b");
    stub.server.remove("a");
    stub.server.telling = true;
    stub.server.forget();
    stub.server.cut();
    await until(() => expect(stub.told).toEqual(["present a", "gone a", "present b"]));
    expect(stub.server.count("list")).toBe(2);
  });

  test("does not come from quietness: bookmarks move the version on", async () => {
    const watch = stub.start();
    await until(() => expect(stub.server.watching).toBe(1));
    const heardMs = watch.lastHeardMs;
    stub.server.bookmark();
    await until(() => expect(watch.lastHeardMs).toBeGreaterThan(heardMs));
    stub.server.forget();
    stub.server.cut();
    await until(() => expect(stub.server.count("watch")).toBe(2));
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
    expect(stub.server.count("list")).toBe(1);
  });

  test("straight after a list is no reason to list without pause", async () => {
    const gone: Fault = { kind: "status", code: 410 };
    stub.server.fail("watch", gone, gone, gone);
    stub.start({ factor: 20, random: () => 1 });
    await until(() => expect(stub.server.watching).toBe(1));
    const lists = stub.server.requests.filter(({ kind }) => kind === "list").map(({ atMs }) => atMs);
    const pauses = lists.slice(1).map((atMs, index) => (atMs - (lists[index] ?? 0)) * 20);
    for (const [index, leastMs] of [1600, 3200, 6400].entries()) expect(pauses[index]).toBeGreaterThanOrEqual(leastMs);
  });
});

describe("between attempts", () => {
  test("Retry-After is obeyed", async () => {
    stub.server.fail("list", { kind: "status", code: 429, retryAfter: "9" });
    await stub.start({ factor: 20 }).synced;
    const [first, second] = stub.server.requests;
    expect(((second?.atMs ?? 0) - (first?.atMs ?? 0)) * 20).toBeGreaterThanOrEqual(9000);
  });

  test("a missing permission is asked for slowly, and told", async () => {
    stub.server.fail("list", { kind: "status", code: 403 });
    const watch = stub.start({ factor: 100, random: () => 0 });
    await until(() => expect(watch.problem).toBe("the stub answers 403"));
    await watch.synced;
    const [first, second] = stub.server.requests;
    expect(((second?.atMs ?? 0) - (first?.atMs ?? 0)) * 100).toBeGreaterThanOrEqual(30_000);
    expect(watch.problem).toBeUndefined();
  });

  test("a server that closes at once is asked less and less often", async () => {
    stub.server.fail("watch", { kind: "close" }, { kind: "close" }, { kind: "close" });
    stub.start({ factor: 20, random: () => 1 });
    await until(() => expect(stub.server.watching).toBe(1));
    const at = stub.server.requests.filter(({ kind }) => kind === "watch").map(({ atMs }) => atMs);
    const pauses = at.slice(1).map((atMs, index) => (atMs - (at[index] ?? 0)) * 20);
    for (const [index, leastMs] of [1600, 3200, 6400].entries()) expect(pauses[index]).toBeGreaterThanOrEqual(leastMs);
  });

  test("nothing is taken for heard", async () => {
    const watch = stub.start();
    await watch.synced;
    await until(() => expect(stub.server.watching).toBe(1));
    await stub.server.stop();
    const heardMs = watch.lastHeardMs;
    await until(() => expect(watch.counts.failures).toBeGreaterThanOrEqual(3));
    expect(watch.lastHeardMs).toBe(heardMs);
  });
});

test("every ten minutes a list finds what the watch did not tell, and counts it", async () => {
  const watch = stub.start({ factor: 1000, random: () => 0 });
  await until(() => expect(stub.server.watching).toBe(1));
  stub.server.telling = false;
  stub.server.put("a");
  stub.server.telling = true;
  stub.server.put("b");
  await until(() => expect(stub.told).toContain("present b"));
  const bookmarks = setInterval(() => stub.server.bookmark(), 50);
  await until(() => expect(stub.told).toContain("present a")).finally(() => clearInterval(bookmarks));
  expect(watch.counts.missed).toBe(1);
});
