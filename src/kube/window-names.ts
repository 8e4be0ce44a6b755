// The windows that a workload's annotation names: names of its own namespace, separated by commas. Pure.

export interface NamedWindows {
  /** Without those that cannot be a window's name; empty without the annotation. */
  readonly windows: readonly string[];
  /** The annotation as it stands, if a part of it cannot be a window's name. */
  readonly malformed: string | undefined;
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
/** As many as anybody would type; each of them costs a look. */
const MOST = 20;

export function namedWindows(annotation: string | undefined): NamedWindows {
  if (annotation === undefined) return { windows: [], malformed: undefined };
  const parts = [...new Set(annotation.split(",").map((part) => part.trim()))];
  const windows = parts.filter((part) => NAME.test(part));
  const isWhole = windows.length === parts.length && windows.length <= MOST;
  return { windows: windows.slice(0, MOST), malformed: isWhole ? undefined : annotation };
}
