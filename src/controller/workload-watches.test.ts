import { afterEach, describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { offlineKube } from "../../test/support/offline-hands.ts";
import { windowAnnotation } from "../crds/meta.ts";
import type { Watch } from "../kube/watch.ts";
import type { WorkloadView } from "../kube/workloads.ts";
import { silentLog } from "../shared/log.ts";
import type { Seen } from "./hands.ts";
import { type RolloutsWatch, watchRollouts, workloadOptions } from "./workload-watches.ts";

function listener() {
  const seen: Seen = { windows: new Map(), jobs: new Map(), workloads: new Map() };
  const heard: string[] = [];
  const told = {
    part: (key: string) => void heard.push(key),
    workload: ({ name }: WorkloadView) => void heard.push(`check ${name}`),
    workloadGone: ({ name }: WorkloadView) => void heard.push(`forget ${name}`),
  };
  const options = workloadOptions("StatefulSet", seen, told);
  const object = (annotation?: string) => {
    const annotations = annotation === undefined ? {} : { [windowAnnotation]: annotation };
    const metadata = { uid: "u", namespace: "orders", name: "ledger", generation: 1, annotations };
    return options.project({ metadata });
  };
  const change = (kind: "present" | "gone", annotation?: string) => {
    heard.length = 0;
    options.onChange({ kind, object: object(annotation) });
    return { heard: [...heard], known: [...seen.workloads.keys()] };
  };
  return { options, change };
}

describe("a workload", () => {
  test("is known from its annotation to its end, and every window that it names or no longer names is told", () => {
    const { change } = listener();
    const known = ["StatefulSet/orders/ledger"];
    expect(change("present")).toEqual({ heard: [], known: [] });
    expect(change("present", "nightly,weekly")).toEqual({ heard: ["orders/nightly", "orders/weekly", "check ledger"], known });
    expect(change("present", "weekly")).toEqual({ heard: ["orders/nightly", "orders/weekly", "check ledger"], known });
    expect(change("present")).toEqual({ heard: ["orders/weekly", "forget ledger"], known: [] });
    change("present", "weekly");
    expect(change("gone", "weekly")).toEqual({ heard: ["orders/weekly", "forget ledger"], known: [] });
  });

  test("whose annotation names no window is known too, so that somebody tells of it", () => {
    expect(listener().change("present", "Nightly!")).toEqual({ heard: ["check ledger"], known: ["StatefulSet/orders/ledger"] });
  });

  test("travels as its metadata alone", () => {
    expect(listener().options).toMatchObject({ path: "/apis/apps/v1/statefulsets", selectors: { metadataOnly: true } });
  });
});

describe("Argo Rollouts", () => {
  let rollouts: RolloutsWatch | undefined;
  afterEach(() => rollouts?.stop());

  const rollout: WorkloadView = {
    kind: "Rollout",
    namespace: "orders",
    name: "canary",
    uid: "r",
    generation: 1,
    windows: ["nightly"],
    malformed: undefined,
  };

  function aCluster(serves: () => Promise<boolean>, synced: Promise<void> = Promise.resolve()) {
    const clock = manualClock();
    const offline = offlineKube(clock);
    const world = { started: 0, stopped: 0, gone: [] as string[] };
    const watch = (): Watch<never> => {
      world.started++;
      const nothing = {
        what: "Rollouts",
        lastHeardMs: 0,
        problem: undefined,
        counts: { lists: 0, watches: 0, failures: 0, missed: 0, handlerThrows: 0 },
      };
      return { ...nothing, synced, objects: () => [rollout as never], stop: () => void world.stopped++ };
    };
    const kube = { watch, workloads: { ...offline.workloads, servesRollouts: serves } };
    const { options } = listener();
    const onChange = ({ kind, object }: { kind: string; object: WorkloadView }) => void world.gone.push(`${kind} ${object.name}`);
    rollouts = watchRollouts({ kube, clock, log: silentLog, options: { ...options, onChange } });
    return { clock, world, settled: rollouts.settled };
  }

  test("that a cluster does not have are asked for again each minute, and watched once they are there", async () => {
    let served = false;
    const { clock, world, settled } = aCluster(async () => served);
    await settled;
    await clock.advance(120_000);
    expect(world.started).toBe(0);
    served = true;
    await clock.advance(60_000);
    await clock.advance(60_000);
    expect(world).toEqual({ started: 1, stopped: 0, gone: [] });
  });

  test("that are removed from the cluster are forgotten", async () => {
    let served = true;
    const { clock, world, settled } = aCluster(async () => served);
    await settled;
    served = false;
    await clock.advance(60_000);
    expect(world).toEqual({ started: 1, stopped: 1, gone: ["gone canary"] });
  });

  test("that cannot be asked for leave everything as it is", async () => {
    let answer = async () => true;
    const { clock, world, settled } = aCluster(() => answer());
    await settled;
    answer = async () => {
      throw new Error("the API server is away");
    };
    await clock.advance(180_000);
    expect(world).toEqual({ started: 1, stopped: 0, gone: [] });
  });

  test("whose API does not answer hold the controller up for ten seconds and no longer", async () => {
    const { clock, settled } = aCluster(async () => true, new Promise(() => {}));
    let isSettled = false;
    void settled.then(() => {
      isSettled = true;
    });
    await clock.advance(9999);
    expect(isSettled).toBe(false);
    await clock.advance(1);
    expect(isSettled).toBe(true);
  });
});
