// Names of an autonomous component and of its batches, and where their locks stand: `/SBOI/<component>` for all instances of the
// component, `/<component>/<batch>` for a batch.
//
// Promised: an id is taken byte for byte or reported, never cleaned: two ids never share a lock.
import { checkLockPath, isSegment } from "../../protocol/paths.ts";

/** One instance at a time chooses its batches under it. */
const chooser = "SBOI";

/** Why a component cannot have that name below that root ("" or a path); undefined if it can. */
export function componentProblem(root: string, name: string): string | undefined {
  const shown = JSON.stringify(name);
  if (!isSegment(name)) return `component ${shown}: use 1 to 64 of A-Z a-z 0-9 . _ -, and neither . nor .. alone`;
  if (name === chooser) return `component ${shown}: its batches would stand among the locks of all components; choose another name`;
  return checkLockPath(`${chooserPath(root, name)}`) ?? checkLockPath(batchPath(root, name, "x"));
}

export function chooserPath(root: string, name: string): string {
  return `${root}/${chooser}/${name}`;
}

export function batchPath(root: string, name: string, batch: string): string {
  return `${root}/${name}/${batch}`;
}

export interface Listing {
  /** In the order in which they were told, each once. */
  readonly ids: readonly string[];
  readonly bad: readonly BadId[];
}

export interface BadId {
  readonly id: string;
  readonly message: string;
}

const longestShown = 100;

export function readListing(told: readonly string[]): Listing {
  const all = [...new Set(told)];
  const bad = all.filter((id) => !isSegment(id)).map((id) => ({ id, message: badText(id) }));
  return { ids: all.filter(isSegment), bad };
}

function badText(id: string): string {
  const shown = JSON.stringify(id.length > longestShown ? `${id.slice(0, longestShown)}…` : id);
  return `batch ${shown} was passed over: an id is 1 to 64 of A-Z a-z 0-9 . _ -, and neither . nor .. alone`;
}
