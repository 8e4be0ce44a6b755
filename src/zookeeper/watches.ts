// The watches of one session: who is to be called when which node changes.
// Promised: a function handed in many times for the same node is held, and called, once; every watch is called at the latest
// when the session leaves `connected` (the server forgets a connection's watches with it), and is then forgotten.

export type WatchKind = "data" | "existence" | "children";
type Watch = () => void;

const created = 1;
const deleted = 2;
const dataChanged = 3;
const childrenChanged = 4;

/** Which watches an event of the protocol ends. Kinds of event that are not asked for end none. */
const ended: Readonly<Record<number, readonly WatchKind[]>> = {
  [created]: ["data", "existence"],
  [deleted]: ["data", "existence", "children"],
  [dataChanged]: ["data", "existence"],
  [childrenChanged]: ["children"],
};

export class Watches {
  readonly #held: Readonly<Record<WatchKind, Map<string, Set<Watch>>>> = { data: new Map(), existence: new Map(), children: new Map() };

  add(kind: WatchKind, path: string, watch: Watch): void {
    const held = this.#held[kind].get(path) ?? new Set();
    this.#held[kind].set(path, held.add(watch));
  }

  /** Takes out what an event ends; each function once, whatever it was handed in for. */
  take(event: number, path: string): ReadonlySet<Watch> {
    const taken = new Set<Watch>();
    for (const kind of ended[event] ?? []) {
      for (const watch of this.#held[kind].get(path) ?? []) taken.add(watch);
      this.#held[kind].delete(path);
    }
    return taken;
  }

  takeAll(): ReadonlySet<Watch> {
    const taken = new Set<Watch>();
    for (const paths of Object.values(this.#held)) {
      for (const watches of paths.values()) for (const watch of watches) taken.add(watch);
      paths.clear();
    }
    return taken;
  }

  /** How many functions are held, over all nodes. */
  get size(): number {
    return Object.values(this.#held).reduce((sum, paths) => sum + [...paths.values()].reduce((n, w) => n + w.size, 0), 0);
  }
}
