// Tells whoever annotated a workload with a window that does not exist, or with what cannot be a window's name. Once for each, until
// it is put right; of a missing window not at once, since a workload and its window are often applied together, in any order.
import { windowAnnotation } from "../crds/meta.ts";
import { apiVersionOf, type WorkloadView } from "../kube/workloads.ts";
import { type Hands, keyOf } from "./hands.ts";

export interface Enrolment {
  check(workload: WorkloadView): void;
  /** It is gone, or bears the annotation no more. */
  forget(workload: Pick<WorkloadView, "uid">): void;
  /** Every window is known from here on: what was asked before is looked at now. */
  open(): void;
}

const PATIENCE_MS = 10_000;
const LONGEST_SHOWN = 300;

export function createEnrolment({ kube, seen, clock }: Pick<Hands, "kube" | "seen" | "clock">): Enrolment {
  /** The windows that are missing, told of or about to be, each with what ends its patience; by the workload's uid. */
  const missed = new Map<string, Map<string, () => void>>();
  /** The malformed annotation that was told last, by the workload's uid. */
  const malformed = new Map<string, string>();
  const isMissing = ({ namespace }: WorkloadView, name: string) => !seen.windows.has(keyOf({ namespace, name }));

  let isOpen = false;

  function check(workload: WorkloadView): void {
    if (!isOpen) return;
    checkForm(workload);
    const names = workload.windows.filter((name) => isMissing(workload, name));
    keepOnly(workload, names);
    for (const name of names) if (!missed.get(workload.uid)?.has(name)) miss(workload, name);
  }

  function keepOnly({ uid }: Pick<WorkloadView, "uid">, names: readonly string[]): void {
    const known = missed.get(uid);
    for (const [name, cancel] of known ?? []) {
      if (names.includes(name)) continue;
      cancel();
      known?.delete(name);
    }
    if (names.length === 0) missed.delete(uid);
  }

  function miss(workload: WorkloadView, name: string): void {
    const known = missed.get(workload.uid) ?? new Map<string, () => void>();
    missed.set(workload.uid, known);
    const cancel = clock.after(PATIENCE_MS, () => {
      if (isMissing(workload, name)) tell(workload, "WindowNotFound", missingText(workload, name));
      else known.delete(name);
    });
    known.set(name, cancel);
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
    forget(workload) {
      keepOnly(workload, []);
      malformed.delete(workload.uid);
    },
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
