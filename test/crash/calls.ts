// The effects of a run, by name: what the controller's two doors are asked to change. Pure.
// A status write is named after each fact that it newly remembers, so that one fact is the same call in every run, however many
// facts a pass happens to write together. Not calls of a run: looks, watches, the lease, Events, and words that status only tells.
import type { RunRecord, Status } from "../../src/crds/status.ts";
import type { RestRequest } from "../../src/kube/rest.ts";
import { fencesRoot, heldRoot } from "../../src/protocol/paths.ts";
import type { Operation } from "../../src/zookeeper/session.ts";

/** The names of one call; empty: no call of a run. */
export type Names = readonly string[];

const effects: readonly (readonly [what: RegExp, name: string])[] = [
  [/^create Job /, "create Job"],
  [/^start Job /, "start Job"],
  [/^stop Job /, "stop Job"],
  [/^let go of Pod /, "let Pod go"],
  [/^raise the fencing mark /, "issue token"],
];

export function namesOfRequest(what: string, request: RestRequest, before: Status | undefined): Names {
  if (request.method === "GET") return [];
  if (what.startsWith("publish the status ")) return namesOfStatus(before, statusIn(request.body));
  const finalizer = /^(set|remove) the finalizer of /.exec(what);
  if (finalizer !== null) return [finalizerName(finalizer[1] === "set", request.path)];
  return effects.filter(([pattern]) => pattern.test(what)).map(([, name]) => name);
}

/** The status of a window as it is sent or answered. */
export function statusIn(window: unknown): Status {
  return (window as { readonly status?: Status }).status ?? {};
}

function finalizerName(isSet: boolean, path: string): string {
  return `${isSet ? "add" : "remove"} ${path.includes("/jobs/") ? "Job finalizer" : "finalizer"}`;
}

function namesOfStatus(before: Status | undefined, now: Status): Names {
  if (now.run === undefined) return before?.run === undefined ? [] : ["status: close"];
  if (before?.run === undefined) return ["status: begin"];
  const known = factsOf(before.run);
  return factsOf(now.run)
    .filter((fact) => !known.includes(fact))
    .map((fact) => `status: ${fact}`);
}

/** What the machine remembers of a run, in the order in which a run reaches it. */
function factsOf({ jobRef, steps, fencingToken, gaveUp, result }: RunRecord): readonly string[] {
  const { releaseTime, ...reached } = steps;
  const facts = { jobRef, ...reached, fencingToken, gaveUp, result, releaseTime };
  return Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

export function namesOfTransaction(operations: readonly Operation[]): Names {
  const held = operations.filter(({ path }) => path.startsWith(`${heldRoot}/`));
  const removed = held.some(({ op }) => op === "remove");
  const created = held.find((operation) => operation.op === "create");
  if (created?.mode === "ephemeral") return ["queue"];
  if (created !== undefined) return removed ? ["promote"] : [];
  if (removed) return ["release"];
  return held.length > 0 ? ["raise"] : [];
}

export function namesOfParents(path: string): Names {
  return path.startsWith(`${fencesRoot}/`) ? ["make fence"] : [];
}
