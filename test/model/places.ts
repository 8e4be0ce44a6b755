// Where the model's things stand, in the project's own words: paths, and the identity of each run.
import type { RunIdentity } from "../../src/protocol/node-data.ts";
import { fencePath, heldPath } from "../../src/protocol/paths.ts";
import type { PathName, RunName } from "./parts.ts";

export const installation = "main";
export const pathNames: readonly PathName[] = ["P", "Q"];

const place = (name: string) => {
  const signalPath = `/locks/${name}-signal`;
  return { path: `/locks/${name}`, signalPath, fence: fencePath(signalPath) };
};

export const places = {
  P: place("p"),
  Q: place("q"),
  held: { A: heldPath(installation, "A"), B: heldPath(installation, "B") },
} as const;

export function lockPaths(paths: readonly PathName[]): RunIdentity["locks"] {
  return paths.map((name) => ({ path: places[name].path, signalPath: places[name].signalPath }));
}

export function identity(run: RunName, paths: readonly PathName[]): RunIdentity {
  return {
    installation,
    runId: run,
    window: { namespace: "orders", name: run.toLowerCase(), uid: `window-${run}` },
    locks: lockPaths(paths),
  };
}

/** Throws Error for what is no run of the model. */
export function runOf(runId: string): RunName {
  if (runId === "A" || runId === "B") return runId;
  throw new Error(`the model knows no run ${runId}`);
}
