// The faults that the nemesis knows: what each strikes, how long it lasts, and whether it waits for a Job to run. Pure.
import { type PathName, site } from "./layout.ts";

export const linkFaults = ["cut", "reset", "half-open", "delayed"] as const;
export type LinkFault = (typeof linkFaults)[number];

const links = ["processor–ZooKeeper", "controller–ZooKeeper", "controller–API server"] as const;

export const kinds = [
  ...links.flatMap((link) => linkFaults.map((fault) => `${link} ${fault}` as const)),
  "processor stopped",
  "processor's session expired",
  "controller stopped",
  "controller killed",
  "controller's session expired",
  "ZooKeeper leader stopped",
  "ZooKeeper follower stopped",
  "signal deleted",
  "fence deleted",
  "write node deleted",
  "read nodes deleted",
  "lock path deleted with its parents",
  "Job deleted",
  "Job deleted without its finalizer",
  "API server restarted",
] as const;
export type FaultKind = (typeof kinds)[number];

export interface Traits {
  /** What of the target it strikes: faults of the same part take turns, those of others meet. */
  readonly part: "itself" | "its link with ZooKeeper" | "its link with the API server";
  readonly targets: readonly string[];
  /** From and to, in milliseconds; undefined for what is over at once. */
  readonly lastsMs: readonly [number, number] | undefined;
  /** How often it waits until a Job runs before it strikes, 0 to 1. */
  readonly aimed: number;
}

const { sessionMs, processors } = site;
/** Whoever it is at that moment; the one that leads has more to lose. */
const controllers = ["leader", "leader", "leader", "standby"];
const ofProcessors = processors.map(({ name }) => name);
const ofPaths = ["one", "two"] as const satisfies readonly PathName[];
const isGraceful = (path: PathName) => site.windows.every((w) => !w.paths.includes(path) || w.graceSeconds * 1000 >= sessionMs);
/** One thing at a time is done to the ensemble: with two of three servers away nothing but waiting is tried. */
const ensemble = ["ensemble"];
const expiry: readonly [number, number] = [1.3 * sessionMs, 1.8 * sessionMs];
const blackout: readonly [number, number] = [500, 1.2 * sessionMs];

const linkTargets: Readonly<Record<(typeof links)[number], readonly string[]>> = {
  "processor–ZooKeeper": ofProcessors,
  "controller–ZooKeeper": controllers,
  "controller–API server": controllers,
};

export function traitsOf(kind: FaultKind): Traits {
  for (const link of links) {
    if (!kind.startsWith(`${link} `)) continue;
    const isLasting = kind.endsWith("half-open") || kind.endsWith("delayed");
    const part = link.endsWith("ZooKeeper") ? "its link with ZooKeeper" : "its link with the API server";
    return { part, targets: linkTargets[link], lastsMs: isLasting ? blackout : undefined, aimed: 0.5 };
  }
  return otherTraits(kind);
}

function otherTraits(kind: FaultKind): Traits {
  const part = "itself";
  switch (kind) {
    case "processor stopped":
      return { part, targets: ofProcessors, lastsMs: [300, 2 * sessionMs], aimed: 0.2 };
    case "processor's session expired":
      return { part: "its link with ZooKeeper", targets: ofProcessors, lastsMs: expiry, aimed: 0 };
    case "controller's session expired":
      return { part: "its link with ZooKeeper", targets: controllers, lastsMs: expiry, aimed: 0.85 };
    case "controller stopped":
      return { part, targets: controllers, lastsMs: [500, 2 * sessionMs], aimed: 0.85 };
    case "controller killed":
      return { part, targets: controllers, lastsMs: [500, sessionMs], aimed: 0.85 };
    case "ZooKeeper leader stopped":
    case "ZooKeeper follower stopped":
      return { part, targets: ensemble, lastsMs: [500, 1.2 * sessionMs], aimed: 0.5 };
    case "signal deleted":
    case "fence deleted":
    case "write node deleted":
      return { part, targets: ofPaths, lastsMs: undefined, aimed: 0.5 };
    case "read nodes deleted":
    case "lock path deleted with its parents":
      // Only where every window waits out the sessions of the readers: an open gate may not hear of it as long as its lease.
      return { part, targets: ofPaths.filter(isGraceful), lastsMs: undefined, aimed: 0.3 };
    case "Job deleted":
    case "Job deleted without its finalizer":
      return { part, targets: ["Jobs"], lastsMs: undefined, aimed: 1 };
    case "API server restarted":
      return { part, targets: ["API server"], lastsMs: [500, 5000], aimed: 0.5 };
    default:
      throw new Error(`no traits of ${kind}`);
  }
}
