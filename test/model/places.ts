// Where the model's things stand, in the project's own words: paths, and the identity of each run.
import type { RunIdentity } from "../../src/protocol/node-data.ts";
import { fencePath, heldPath, windowFencePath } from "../../src/protocol/paths.ts";
import { type PathName, type RunName, runNames } from "./parts.ts";
import type { Setting } from "./setting.ts";

export const installation = "main";
export const pathNames: readonly PathName[] = ["P", "Q"];

const place = (name: string) => {
  const signalPath = `/locks/${name}-signal`;
  return { path: `/locks/${name}`, signalPath, fence: fencePath(signalPath) };
};

export const places = {
  P: place("p"),
  Q: place("q"),
  ownFence: { A: windowFencePath("window-A"), B: windowFencePath("window-B") },
  held: { A: heldPath(installation, "A"), B: heldPath(installation, "B") },
} as const;

type Locked = Pick<Setting, "locks" | "signals">;

export function lockPaths(run: RunName, { locks, signals }: Locked): RunIdentity["locks"] {
  const paths = locks[runNames.indexOf(run)] ?? [];
  return paths.map((name) => ({ path: places[name].path, signalPath: signals ? places[name].signalPath : "" }));
}

export function identity(run: RunName, setting: Locked): RunIdentity {
  return {
    installation,
    runId: run,
    window: { namespace: "orders", name: run.toLowerCase(), uid: `window-${run}` },
    locks: lockPaths(run, setting),
  };
}

/** Throws Error for what is no run of the model. */
export function runOf(runId: string): RunName {
  if (runId === "A" || runId === "B") return runId;
  throw new Error(`the model knows no run ${runId}`);
}
