// The znodes once a session has ended.
import type { Touched } from "./hands.ts";
import { rememberedBy } from "./interned.ts";
import { bit, type ControllerName, type LockNode, type PathName, type Znodes } from "./parts.ts";
import { pathNames } from "./places.ts";

interface Left {
  /** The very object where the session owned nothing. */
  readonly znodes: Znodes;
  readonly touched: Touched;
}

export const withoutSession = rememberedBy((znodes: Znodes, owner: ControllerName): Left => {
  const { queues, signals, held } = znodes;
  const isOwned = (node: { readonly owner: string } | undefined) => node?.owner === owner;
  const touched = { A: 0, B: 0 };
  for (const path of pathNames) {
    for (const { who } of queues[path].filter(isOwned)) if (who === "A" || who === "B") touched[who] |= bit.node[path];
  }
  const ownsHeld = held.A === owner || held.B === owner;
  if (!ownsHeld && !pathNames.some((path) => isOwned(signals[path]) || queues[path].some(isOwned))) return { znodes, touched };
  const queue = (path: PathName): readonly LockNode[] => queues[path].filter((node) => !isOwned(node));
  const signal = (path: PathName) => (isOwned(signals[path]) ? undefined : signals[path]);
  const after: Znodes = {
    queues: { P: queue("P"), Q: queue("Q") },
    signals: { P: signal("P"), Q: signal("Q") },
    held: { A: held.A === owner ? undefined : held.A, B: held.B === owner ? undefined : held.B },
  };
  return { znodes: after, touched };
});
