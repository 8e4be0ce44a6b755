// The watch on a network that fails without a word, and how long it waits between attempts; readiness sees it deaf meanwhile.
import { describe, expect, onTestFinished, test } from "vitest";
import { watchesHear } from "../../src/controller/readiness.ts";
import type { Watch } from "../../src/kube/watch.ts";
import { fastClock } from "../support/fast-clock.ts";
import type { Fault } from "../support/stub-api-server.ts";
import { stubKubeconfig } from "../support/stub-kubeconfig.ts";
import { StubWatch, until } from "../support/stub-watch.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const stub = new StubWatch();
/** At this speed the three minutes of readiness are six tenths of a second. */
const FACTOR = 300;

/** What a leader with this one watch says at /readyz: undefined when it is ready. */
const notReady = (watch: Watch<unknown>) => watchesHear(() => ({ all: [watch] }), fastClock(FACTOR)).problem();

/** A watch at the far end of a network that a test can break, with the bookmarks that a real API server sends. */
async function farAway() {
  const { hostname, port } = new URL(stub.server.url);
  const network = await TcpProxy.start({ address: hostname, port: Number(port) });
  const kubeconfig = await stubKubeconfig(`http://${network.connectString}`);
  const bookmarks = setInterval(() => stub.server.bookmark(), 60);
  const watch = stub.start({ factor: FACTOR, kubeconfig });
  onTestFinished(async () => {
    watch.stop();
    clearInterval(bookmarks);
    await network.stop();
    await kubeconfig.remove();
  });
  await until(() => expect(stub.server.watching).toBe(1));
  return { network, watch };
}

describe("a half-open connection", () => {
  test("is given up after a silence, not waited on for ever: what happened meanwhile is told once the network is back", async () => {
    const { network, watch } = await farAway();
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
    network.hold();
    stub.server.put("b");
    stub.server.remove("a");
    await until(() => expect(stub.interruptions.join()).toContain("nothing was heard for 150 s"));
    // The new attempt gets no answer either: not even that the connection was made is taken for one.
    await until(() => expect(watch.counts.failures).toBeGreaterThanOrEqual(2));
    network.open();
    await until(() => expect([...stub.told].sort()).toEqual(["gone a", "present a", "present b"]));
    expect(watch.counts.missed).toBe(0);
  });

  test("makes a leader unready, and the server's first word makes it ready again", async () => {
    const { network, watch } = await farAway();
    await until(() => expect(notReady(watch)).toBeUndefined());
    network.hold();
    await until(() => expect(notReady(watch)).toMatch(/^stubs: /));
    network.open();
    await until(() => expect(notReady(watch)).toBeUndefined());
  });
});

describe("an answer that never comes", () => {
  const cases: readonly { name: string; kind: "list" | "watch"; fault: Fault }[] = [
    { name: "to a list", kind: "list", fault: { kind: "mute" } },
    { name: "to a watch", kind: "watch", fault: { kind: "mute" } },
    {
      name: "to its end: the body of a list",
      kind: "list",
      fault: { kind: "bytes", bytes: '{"metadata":{"resourceVersion":"1"},"items":[' },
    },
  ];
  test.each(cases)("$name, is asked for again", async ({ kind, fault }) => {
    stub.server.fail(kind, fault);
    const watch = stub.start({ factor: 1000 });
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.put("a");
    await until(() => expect(stub.told).toEqual(["present a"]));
    expect(stub.server.count(kind)).toBeGreaterThanOrEqual(2);
    expect(watch.problem).toBeUndefined();
  });
});

describe("between attempts to watch", () => {
  const pausesOf = (factor: number) => {
    const at = stub.server.requests.filter(({ kind }) => kind === "watch").map(({ atMs }) => atMs);
    return at.slice(1).map((atMs, index) => (atMs - (at[index] ?? 0)) * factor);
  };

  const faults: readonly { name: string; fault: Fault }[] = [
    { name: "a 429 without Retry-After", fault: { kind: "status", code: 429 } },
    { name: "a 500", fault: { kind: "status", code: 500 } },
    { name: "a cut connection", fault: { kind: "reset" } },
  ];
  test.each(faults)("$name makes the pauses longer and longer", async ({ fault }) => {
    stub.server.fail("watch", fault, fault, fault);
    stub.start({ factor: 20, random: () => 1 });
    await until(() => expect(stub.server.watching).toBe(1));
    for (const [index, leastMs] of [1600, 3200, 6400].entries()) expect(pausesOf(20)[index]).toBeGreaterThanOrEqual(leastMs);
  });

  test("Retry-After of a 429 is obeyed, and one of a day is not: nobody would be listening", async () => {
    stub.server.fail("watch", { kind: "status", code: 429, retryAfter: "20" }, { kind: "status", code: 429, retryAfter: "86400" });
    const watch = stub.start({ factor: 200, random: () => 0 });
    await until(() => expect(stub.server.watching).toBe(1));
    expect(pausesOf(200)[0]).toBeGreaterThanOrEqual(20_000);
    expect(pausesOf(200)[1]).toBeGreaterThanOrEqual(300_000);
    expect(watch.counts.watches).toBe(1);
  });

  test("stop ends the wait: nothing is asked any more", async () => {
    stub.server.fail("list", { kind: "status", code: 429, retryAfter: "300" });
    const watch = stub.start({ factor: 1 });
    await until(() => expect(watch.problem).toBe("the stub answers 429"));
    watch.stop();
    await watch.synced;
    const seen: string[] = [];
    stub.start({ factor: 1, onChange: ({ object }) => void seen.push(object.metadata.name) });
    await until(() => expect(stub.server.watching).toBe(1));
    stub.server.put("a");
    await until(() => expect(seen).toEqual(["a"]));
    // The first one's list, and the second one's list and watch.
    expect([stub.server.requests.length, stub.told]).toEqual([3, []]);
  });
});
