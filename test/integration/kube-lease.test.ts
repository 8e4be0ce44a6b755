// Two contenders and one Lease on a real API server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path } from "../../src/kube/json.ts";
import type { Kube } from "../../src/kube/kube.ts";
import { eventually, id, type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";

let space: KubeNamespace;

beforeAll(async () => {
  space = await kubeNamespace();
});

afterAll(() => space?.remove());

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true })));

interface Contender {
  readonly leading: boolean;
  readonly terms: number;
  readonly ended: Promise<void>;
  stop(): void;
  /** From now on its calls fail, as if the network were gone. */
  isolate(): void;
  rejoin(): void;
}

interface ContenderOptions {
  readonly lease: string;
  readonly leaseMs?: number;
  readonly retryMs?: number;
  /** What the leader's work waits for after it was told to end. */
  readonly slowly?: Promise<void>;
  readonly work?: (signal: AbortSignal) => Promise<void>;
}

function contend(identity: string, options: ContenderOptions): Contender {
  const { leaseMs = 3000, retryMs = leaseMs / 8 } = options;
  const stopping = new AbortController();
  const kube: Kube = space.another(identity);
  let isolated = false;
  const state = { leading: false, terms: 0 };
  const { call } = kube.rest;
  Object.assign(kube.rest, {
    call: (...args: Parameters<typeof call>) => (isolated ? Promise.reject(new Error("isolated")) : call(...args)),
  });
  const ended = kube.withLease({
    namespace: space.name,
    name: options.lease,
    identity,
    leaseMs,
    renewDeadlineMs: (leaseMs * 2) / 3,
    retryMs,
    signal: stopping.signal,
    async onLead(signal) {
      state.leading = true;
      state.terms++;
      await (options.work ?? aborted)(signal);
      await options.slowly;
      state.leading = false;
    },
  });
  return {
    get leading() {
      return state.leading;
    },
    get terms() {
      return state.terms;
    },
    ended,
    stop: () => stopping.abort(),
    isolate: () => {
      isolated = true;
    },
    rejoin: () => {
      isolated = false;
    },
  };
}

const leads = (contender: Contender) => eventually(async () => expect(contender.leading).toBe(true));

async function read(lease: string) {
  const where = path("apis", "coordination.k8s.io", "v1", "namespaces", space.name, "leases", lease);
  const { body } = await space.kube.rest.call<{ spec: { holderIdentity: string; leaseTransitions: number; renewTime: string } }>("read", {
    method: "GET",
    path: where,
  });
  return body.spec;
}

describe("of two contenders", () => {
  test("one leads; when it ends, it leaves the Lease and the other takes over long before its duration", async () => {
    const lease = `lease-${id()}`;
    // Ten minutes: only a release can let the other one in within the test.
    const first = contend("first", { lease, leaseMs: 600_000 });
    await leads(first);
    const second = contend("second", { lease, leaseMs: 6000 });
    await expect.poll(async () => (await read(lease)).holderIdentity).toBe("first");
    first.stop();
    await first.ended;
    expect(first.leading).toBe(false);
    await leads(second);
    expect(await read(lease)).toMatchObject({ holderIdentity: "second" });
    second.stop();
    await second.ended;
    expect((await read(lease)).holderIdentity).toBe("");
  });

  test("the one that is cut off stops leading before the other begins, and leads again later", async () => {
    const lease = `lease-${id()}`;
    const first = contend("first", { lease });
    await leads(first);
    const overlaps: boolean[] = [];
    const second = contend("second", {
      lease,
      work: (signal) => {
        overlaps.push(first.leading);
        return aborted(signal);
      },
    });
    first.isolate();
    await leads(second);
    expect(overlaps).toEqual([false]);
    first.rejoin();
    second.stop();
    await second.ended;
    await leads(first);
    expect(first.terms).toBe(2);
    first.stop();
    await first.ended;
  });

  test("the other does not begin before the work of the first has ended, however long that takes", async () => {
    const lease = `lease-${id()}`;
    let finish = () => {};
    const slowly = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const first = contend("first", { lease, slowly });
    await leads(first);
    const renewed = (await read(lease)).renewTime;
    first.stop();
    const second = contend("second", { lease });
    // It goes on renewing for three durations of the Lease.
    await eventually(async () => expect(Date.parse((await read(lease)).renewTime) - Date.parse(renewed)).toBeGreaterThan(9000));
    expect([first.leading, second.leading]).toEqual([true, false]);
    finish();
    await first.ended;
    await leads(second);
    second.stop();
    await second.ended;
  });
});

test("a leader whose Lease was taken by somebody else stops long before its own deadline", async () => {
  const lease = `lease-${id()}`;
  const first = contend("first", { lease, leaseMs: 600_000, retryMs: 300 });
  await leads(first);
  const where = path("apis", "coordination.k8s.io", "v1", "namespaces", space.name, "leases", lease);
  const body = { spec: { holderIdentity: "somebody", leaseDurationSeconds: 600 } };
  await eventually(() =>
    space.kube.rest.call("take it by hand", { method: "PATCH", path: where, contentType: "application/merge-patch+json", body }),
  );
  await eventually(async () => expect(first.leading).toBe(false));
  expect((await read(lease)).holderIdentity).toBe("somebody");
  first.stop();
  await first.ended;
});

test("work that throws is told to the caller, and the Lease is left", async () => {
  const lease = `lease-${id()}`;
  const first = contend("first", { lease, work: () => Promise.reject(new Error("broken")) });
  await expect(first.ended).rejects.toThrow("broken");
  expect((await read(lease)).holderIdentity).toBe("");
});

test("work that ends by itself ends the contention", async () => {
  const lease = `lease-${id()}`;
  await contend("first", { lease, work: async () => {} }).ended;
  expect(await read(lease)).toMatchObject({ holderIdentity: "", leaseTransitions: 0 });
});

test("durations that cannot work are refused", async () => {
  const stopping = new AbortController();
  const options = { namespace: space.name, name: "x", identity: "x", signal: stopping.signal, onLead: async () => {} };
  await expect(space.kube.withLease({ ...options, leaseMs: 5000 })).rejects.toThrow("must exceed its renewal deadline");
});
