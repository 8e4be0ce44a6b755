// Tells whoever annotated a Deployment with a window that does not exist. Once for each name, until it is found; and not at
// once, since a Deployment and its window are often applied together, in any order.
import type { WorkloadView } from "../kube/workloads.ts";
import { type Hands, keyOf } from "./hands.ts";

export interface Enrolment {
  check(workload: WorkloadView): void;
  /** Every window is known from here on: what was asked before is looked at now. */
  open(): void;
}

const PATIENCE_MS = 10_000;

export function createEnrolment({ kube, seen, clock }: Pick<Hands, "kube" | "seen" | "clock">): Enrolment {
  const told = new Set<string>();
  const isMissing = ({ namespace }: WorkloadView, name: string) => !seen.windows.has(keyOf({ namespace, name }));
  const isCurrent = (workload: WorkloadView, name: string) => seen.workloads.get(keyOf(workload))?.windows.includes(name) ?? false;

  let isOpen = false;

  function check(workload: WorkloadView): void {
    if (!isOpen) return;
    for (const name of workload.windows) {
      const key = `${workload.uid} ${name}`;
      if (!isMissing(workload, name)) told.delete(key);
      else if (!told.has(key)) {
        told.add(key);
        clock.after(PATIENCE_MS, () => {
          if (isMissing(workload, name) && isCurrent(workload, name)) tell(workload, name);
          else told.delete(key);
        });
      }
    }
  }

  function tell({ namespace, name, uid }: WorkloadView, window: string): void {
    const note = `the annotation exclusivewindow.dev/window names ${JSON.stringify(window)}; there is no ExclusiveWindow of that name in namespace ${namespace}: create it or correct the annotation`;
    const regarding = { apiVersion: "apps/v1", kind: "Deployment", namespace, name, uid };
    void kube.events.post({ regarding, type: "Warning", reason: "WindowNotFound", action: "Enrol", note });
  }

  return {
    check,
    open() {
      isOpen = true;
      for (const workload of seen.workloads.values()) check(workload);
    },
  };
}
