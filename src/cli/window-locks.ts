// The locks that gates hold for a window: from the window's manifest, or as the user names them.
import { z } from "zod";
import { group, kind } from "../crds/meta.ts";
import { specSchema } from "../crds/spec.ts";
import { isTemplate } from "../protocol/path-templates.ts";
import { checkLocks, defaultLock, defaultSignalPath, type LockPaths } from "../protocol/paths.ts";
import type { ManifestDocument } from "./manifest.ts";

export interface KnownWindow {
  readonly name: string;
  readonly namespace: string | undefined;
  /** Undefined: it names none, and has the default of its namespace. */
  readonly locks: readonly LockPaths[] | undefined;
}

export type KnownWindows =
  | { readonly kind: "windows"; readonly windows: readonly KnownWindow[] }
  | { readonly kind: "problem"; readonly message: string };

const windowSchema = z.object({
  apiVersion: z.string().startsWith(`${group}/`),
  kind: z.literal(kind),
  metadata: z.object({ name: z.string().min(1), namespace: z.string().optional() }),
  spec: z.looseObject({ locks: z.unknown().optional() }).catch({}),
});
const listSchema = z.object({ kind: z.string().endsWith("List"), items: z.array(z.unknown()) });
const { locks: locksSchema } = specSchema.shape;

/** Objects of other kinds are passed over. Of a window nothing is judged but its locks. */
export function knownWindows(documents: readonly ManifestDocument[]): KnownWindows {
  const windows: KnownWindow[] = [];
  for (const { object, where } of documents) {
    const list = listSchema.safeParse(object);
    for (const item of list.success ? list.data.items : [object]) {
      const window = windowSchema.safeParse(item);
      if (!window.success) continue;
      const { metadata, spec } = window.data;
      const locks = locksSchema.safeParse(spec.locks);
      if (!locks.success) return { kind: "problem", message: `${where}: ${kind} ${metadata.name}: ${firstIssue(locks.error)}` };
      windows.push({ name: metadata.name, namespace: metadata.namespace, locks: locks.data?.map(withSignal) });
    }
  }
  return { kind: "windows", windows };
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `spec.${["locks", ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "cannot be used"}`;
}

function withSignal({ path, signalPath }: { readonly path: string; readonly signalPath?: string | undefined }): LockPaths {
  return { path, signalPath: signalPath ?? defaultSignalPath(path) };
}

/** As --locks takes them: `<lock path>[=<signal path>]`, several separated by commas. */
export function parseLocks(
  text: string,
): { readonly kind: "locks"; readonly locks: readonly LockPaths[] } | { readonly kind: "problem"; readonly message: string } {
  const locks = text.split(",").map((part) => {
    const equals = part.indexOf("=");
    return equals === -1 ? withSignal({ path: part }) : { path: part.slice(0, equals), signalPath: part.slice(equals + 1) };
  });
  if (locks.some(({ signalPath }) => signalPath === ""))
    return {
      kind: "problem",
      message:
        "a lock without a signal is not supported: nobody would ask the gate to let go of it; name its signal path after =, or leave = out",
    };
  const problem = checkLocks(locks);
  return problem === undefined ? { kind: "locks", locks } : { kind: "problem", message: problem };
}

/** Why no gate can hold a lock of a window; undefined if one can. A gate holds its locks until the signal asks it to let go. */
export function whyUnholdable({ path, signalPath }: LockPaths): string | undefined {
  if (signalPath === "") return `has the lock ${path} without a signal: nobody would ask a gate to let go of it`;
  return isTemplate(path) || isTemplate(signalPath)
    ? `has the lock ${path}, which is another one each hour: no gate can hold it`
    : undefined;
}

/** As the gate's EXCLUSIVE_WINDOW_LOCKS has them. */
export function locksText(locks: readonly LockPaths[] | undefined, namespace: string, window: string): string {
  return (locks ?? [defaultLock(namespace, window)]).map(({ path, signalPath }) => `${path}=${signalPath}`).join(",");
}
