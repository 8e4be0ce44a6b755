// What a watch knows: the last state of each object, reduced to what its user keeps.
//
// Promised: the handler hears of every difference between what it was told and what the server says; one that throws is
// reported, changes nothing here, and hears of that object again at the next list. Not promised: that it hears of every
// state in between.
import type { Listing } from "./list.ts";

/** An object of any kind, as far as a watch reads it. */
export interface WatchedObject {
  readonly metadata?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface Change<T> {
  readonly kind: "present" | "gone";
  readonly object: T;
}

export interface WatchStore<T> {
  /** The whole truth at an instant. Answers how many changes no watch had told of up to `heardVersion`. */
  replace(listing: Listing<WatchedObject>, heardVersion: string | undefined): number;
  put(object: WatchedObject): void;
  remove(object: WatchedObject): void;
  objects(): readonly T[];
}

export interface WatchStoreOptions<T> {
  project(object: WatchedObject): T;
  onChange(change: Change<T>): void;
  onThrow(error: unknown): void;
}

interface Entry<T> {
  /** undefined until the handler took this state: the next list tells it again. */
  readonly resourceVersion: string | undefined;
  readonly object: T;
}

export function createWatchStore<T>(options: WatchStoreOptions<T>): WatchStore<T> {
  const entries = new Map<string, Entry<T>>();

  function put(raw: WatchedObject): void {
    try {
      const object = options.project(raw);
      entries.set(uidOf(raw), { resourceVersion: undefined, object });
      options.onChange({ kind: "present", object });
      entries.set(uidOf(raw), { resourceVersion: raw.metadata?.resourceVersion, object });
    } catch (error) {
      options.onThrow(error);
    }
  }

  function drop(uid: string, last: T): void {
    try {
      options.onChange({ kind: "gone", object: last });
      entries.delete(uid);
    } catch (error) {
      options.onThrow(error);
    }
  }

  const isUntaken = (raw: WatchedObject) => {
    const known = entries.get(uidOf(raw));
    return known !== undefined && known.resourceVersion === undefined;
  };

  return {
    put,
    remove(raw) {
      const uid = uidOf(raw);
      const known = entries.get(uid);
      if (known !== undefined) drop(uid, known.object);
    },
    replace(listing, heardVersion) {
      const here = new Set(listing.items.map(uidOf));
      for (const [uid, { object }] of entries) if (!here.has(uid)) drop(uid, object);
      const changed = listing.items.filter((raw) => entries.get(uidOf(raw))?.resourceVersion !== raw.metadata?.resourceVersion);
      const missed = changed.filter((raw) => !isUntaken(raw) && isUpTo(raw.metadata?.resourceVersion, heardVersion)).length;
      for (const raw of changed) put(raw);
      return missed;
    },
    objects: () => [...entries.values()].map((entry) => entry.object),
  };
}

function uidOf(raw: WatchedObject): string {
  const uid = raw.metadata?.uid;
  if (uid === undefined) throw new Error("an object without a uid");
  return uid;
}

function isUpTo(version: string | undefined, heard: string | undefined): boolean {
  return /^\d+$/.test(version ?? "") && /^\d+$/.test(heard ?? "") && BigInt(version ?? "") <= BigInt(heard ?? "");
}
