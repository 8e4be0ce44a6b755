// Whether those who take part are there: every running Pod of the annotated workloads holds a read lock. Pure.
import type { CountedParticipants, Observed, ParticipantsFacts, WorkloadFacts } from "./observed.ts";

export type Readiness =
  | { readonly kind: "ready"; readonly message: string }
  /** No workload names the window. */
  | { readonly kind: "nobody"; readonly message: string }
  /** Pods have held no lock for longer than they may need to take one. */
  | { readonly kind: "missing"; readonly message: string }
  /** Pods hold no lock yet, or have just lost it. */
  | { readonly kind: "settling"; readonly message: string }
  /** Readers are meant to be without a lock now: nothing can be said. */
  | { readonly kind: "paused" }
  | { readonly kind: "unknown"; readonly of: "Kubernetes" | "ZooKeeper"; readonly message: string };

const nobody: Readiness = {
  kind: "nobody",
  message: "no workload of the namespace names this window in its annotation exclusivewindow.dev/window: annotate those that take part",
};
const MOST_NAMES = 10;

export function readinessOf(facts: Exclude<ParticipantsFacts, { kind: "not asked" }>): Readiness {
  if (facts.kind === "unknown") return facts.enrolled ? { kind: "unknown", of: facts.of, message: facts.why } : nobody;
  if (facts.workloads.length === 0) return nobody;
  if (facts.paused) return { kind: "paused" };
  const missing = named(facts, ({ missing }) => missing);
  if (missing !== "") return { kind: "missing", message: `${missing}: see that they take it, or that the annotation is right` };
  const lacking = named(facts, ({ notHolding }) => notHolding);
  if (lacking !== "") return { kind: "settling", message: lacking };
  const count = running(facts);
  return { kind: "ready", message: count === 1 ? "the one running Pod holds a read lock" : `all ${count} running Pods hold a read lock` };
}

/** Undefined: nothing keeps a run from starting. Otherwise why it waits. */
export function waitsForParticipants({ window, participants }: Observed): string | undefined {
  if (!window.spec.requireParticipants) return undefined;
  if (participants.kind === "not asked") return "the participants were not counted yet";
  const readiness = readinessOf(participants);
  switch (readiness.kind) {
    case "ready":
      return undefined;
    case "paused":
      // What was so when the other writer came cannot be seen again before it has gone.
      return window.status.conditions?.some(({ type, status }) => type === "ParticipantsReady" && status === "True")
        ? undefined
        : "another writer keeps the participants from holding read locks, and they were not ready before it came";
    case "unknown":
      return `${readiness.of} cannot be read: ${readiness.message}`;
    default:
      return readiness.message;
  }
}

function running({ workloads }: CountedParticipants): number {
  return workloads.reduce((sum, { holding, notHolding }) => sum + holding.length + notHolding.length, 0);
}

function named(facts: CountedParticipants, of: (workload: WorkloadFacts) => readonly string[]): string {
  const found = facts.workloads.flatMap((workload) => of(workload).map((pod) => ({ workload, pod })));
  if (found.length === 0) return "";
  const shown = Map.groupBy(found.slice(0, MOST_NAMES), ({ workload }) => `${workload.kind} ${workload.name}`);
  const lists = [...shown].map(([workload, pods]) => `${pods.map(({ pod }) => pod).join(", ")} of ${workload}`);
  const more = found.length > MOST_NAMES ? ` and ${found.length - MOST_NAMES} more` : "";
  return `${found.length} of ${running(facts)} running Pods hold no read lock of this window: ${lists.join("; ")}${more}`;
}
