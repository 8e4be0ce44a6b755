// Tells whoever annotated a workload with a window that does not exist, or with what cannot be a window's name. Once for each, until
// it is put right; of a missing window not at once, since a workload and its window are often applied together, in any order.
import { windowAnnotation } from "../crds/meta.ts";
import { apiVersionOf, type WorkloadView } from "../kube/workloads.ts";
import { type Hands, keyOf, workloadKey } from "./hands.ts";

export interface Enrolment {
  check(workload: WorkloadView): void;
  /** Every window is known from here on: what was asked before is looked at now. */
  open(): void;
}

const PATIENCE_MS = 10_000;
const LONGEST_SHOWN = 300;

export function createEnrolment({ kube, seen, clock }: Pick<Hands, "kube" | "seen" | "clock">): Enrolment {
  const told = new Set<string>();
  /** The malformed annotation that was told last, by the workload's uid. */
  const malformed = new Map<string, string>();
  const isMissing = ({ namespace }: WorkloadView, name: string) => !seen.windows.has(keyOf({ namespace, name }));
  const isCurrent = (workload: WorkloadView, name: string) => seen.workloads.get(workloadKey(workload))?.windows.includes(name) ?? false;

  let isOpen = false;

  function check(workload: WorkloadView): void {
    if (!isOpen) return;
    checkForm(workload);
    for (const name of workload.windows) {
      const key = `${workload.uid} ${name}`;
      if (!isMissing(workload, name)) told.delete(key);
      else if (!told.has(key)) {
        told.add(key);
        clock.after(PATIENCE_MS, () => {
          if (isMissing(workload, name) && isCurrent(workload, name)) tell(workload, "WindowNotFound", missingText(workload, name));
          else told.delete(key);
        });
      }
    }
  }

  function checkForm(workload: WorkloadView): void {
    const { uid, malformed: text } = workload;
    if (text === undefined) malformed.delete(uid);
    else if (malformed.get(uid) !== text) {
      malformed.set(uid, text);
      tell(workload, "InvalidWindowAnnotation", malformedText(text));
    }
  }

  function tell({ kind, namespace, name, uid }: WorkloadView, reason: string, note: string): void {
    const regarding = { apiVersion: apiVersionOf(kind), kind, namespace, name, uid };
    void kube.events.post({ regarding, type: "Warning", reason, action: "Enrol", note });
  }

  return {
    check,
    open() {
      isOpen = true;
      for (const workload of seen.workloads.values()) check(workload);
    },
  };
}

function missingText({ namespace }: WorkloadView, window: string): string {
  return `the annotation ${windowAnnotation} names ${JSON.stringify(window)}; there is no ExclusiveWindow of that name in namespace ${namespace}: create it or correct the annotation`;
}

function malformedText(text: string): string {
  const shown = JSON.stringify(text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`);
  return `the annotation ${windowAnnotation} is ${shown}: write the names of ExclusiveWindows of this namespace, at most 20, separated by commas`;
}
