// What the project's own sweep would do, from what one look at one window and its znodes shows. Like the looks at locks it is
// asynchronous, so what is not known yet is asked for and computed before the explorer goes on.
import type { Hands } from "../../src/controller/hands.ts";
import { sweep } from "../../src/controller/sweep.ts";
import { finalizer } from "../../src/crds/meta.ts";
import type { JobView } from "../../src/kube/job-view.ts";
import type { PodView } from "../../src/kube/pod-view.ts";
import { silentLog } from "../../src/shared/log.ts";
import { windowObject } from "../support/window-object.ts";
import { Interned } from "./interned.ts";
import { type LockLooks, Recorder } from "./lock-look.ts";
import type { Effect, RunName, Seen, Znodes } from "./parts.ts";
import { newRun } from "./pass.ts";
import { installation } from "./places.ts";

export class Sweeps {
  readonly #locks: LockLooks;
  readonly #seens = new Interned<Seen>();
  readonly #known = new Map<string, readonly Effect[]>();
  readonly #missing = new Map<string, { readonly run: RunName; readonly seen: Seen; readonly znodes: Znodes }>();

  constructor(locks: LockLooks) {
    this.#locks = locks;
  }

  /** Undefined: not known yet, and asked for. */
  at(run: RunName, seen: Seen, znodes: Znodes): readonly Effect[] | undefined {
    const key = `${run}${this.#seens.numberOf(seen)} ${this.#locks.keyOf(znodes)}`;
    const known = this.#known.get(key);
    if (known === undefined) this.#missing.set(key, { run, seen, znodes });
    return known;
  }

  /** Computes what was asked for; answers whether there was anything. */
  async complete(): Promise<boolean> {
    const asked = [...this.#missing];
    this.#missing.clear();
    for (const [key, { run, seen, znodes }] of asked) this.#known.set(key, await this.#round(run, seen, znodes));
    return asked.length > 0;
  }

  /** One round of the sweep over one window alone. */
  async #round(run: RunName, seen: Seen, znodes: Znodes): Promise<readonly Effect[]> {
    const effects: Effect[] = [];
    const recorder = new Recorder(this.#locks.build(znodes));
    const job = seen.job === undefined ? [] : [jobView(run, seen.job)];
    const pods = seen.pods.map((pod) => podView(pod));
    const other = run === "A" ? "B" : "A";
    // The other window is active: its own sweeps are asked for by themselves.
    const windows = {
      [run]: seen.window === "gone" ? undefined : windowOf(run, seen),
      [other]: windowOf(other, { status: active(other), finalizer: true }),
    };
    const does = (action: "stop Job" | "remove Job finalizer") => async () => {
      effects.push({ ...none, do: action });
    };
    const hands = {
      installation,
      log: silentLog,
      clock: { now: () => 0 },
      metrics: new Proxy({}, { get: () => () => undefined }),
      zookeeper: { current: () => ({ kind: "session", session: recorder }) },
      kube: {
        windows: {
          list: async () => Object.values(windows).filter(Boolean),
          get: async (_: string, name: string) => windows[name.toUpperCase()],
        },
        jobs: {
          listByInstallation: async () => job,
          listByWindow: async () => job,
          stop: does("stop Job"),
          dropFinalizer: does("remove Job finalizer"),
        },
        pods: {
          listOfJobs: async (_: string, uids: readonly string[]) => pods.filter((_pod, i) => uids.includes(seen.pods[i]?.job ?? "")),
          listBySelector: async () => pods,
        },
      },
    };
    // Only what the sweep uses: whatever else it came to use would fail here.
    await sweep(hands as unknown as Hands);
    const sent = recorder.recorded.map((operations) => ({
      ...none,
      do: "release" as const,
      ops: this.#locks.inWords(operations, znodes, run),
    }));
    return [...effects, ...sent];
  }
}

const none = { pod: undefined, token: undefined, ops: undefined };

function active(run: RunName): Seen["status"] {
  return { run: { ...newRun(run, { locks: [], signals: true }), steps: {} } };
}

function windowOf(run: RunName, { status, finalizer: held }: Pick<Seen, "status" | "finalizer">): unknown {
  const metadata = {
    name: run.toLowerCase(),
    namespace: "orders",
    uid: `window-${run}`,
    resourceVersion: "1",
    generation: 1,
    finalizers: held ? [finalizer] : [],
  };
  return { ...windowObject({}, status), metadata };
}

function jobView(run: RunName, { uid, phase, deleting, finalizer: held, token }: NonNullable<Seen["job"]>): JobView {
  return {
    ...{ namespace: "orders", name: `job-of-${run}`, uid, resourceVersion: "1", phase, message: "", deleting, finalizer: held, token },
    ...{ runId: run, windowUid: `window-${run}`, createdTime: undefined, startTime: undefined, endTime: undefined },
  };
}

function podView({ uid, owner, phase, deleting }: Seen["pods"][number]): PodView {
  return {
    ...{
      namespace: "orders",
      name: uid,
      uid,
      resourceVersion: "1",
      jobUid: owner === "" ? undefined : owner,
      gated: phase === "gated",
      phase,
    },
    ...{ started: phase === "running", deleting, unreachable: false, message: "", nodeName: undefined, podIp: undefined },
    ...{ hostNetwork: false, createdTime: undefined },
  };
}
