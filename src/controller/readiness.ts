// Whether the controller hears the API server: the check behind /readyz.
//
// Promised: a leader one of whose watches heard nothing for three minutes is not ready, whatever the reason, and is ready again
// once each of them is heard. A standby watches nothing and is always ready to take over.
import type { Clock } from "../shared/clock.ts";
import type { Check } from "./server.ts";
import type { Watches } from "./watches.ts";

/** A watch hears a bookmark about once a minute; after this long it is deaf. */
const DEAF_MS = 180_000;

/** What is asked of the watches of a leader. */
export interface Heeded {
  readonly all: readonly Pick<Watches["all"][number], "what" | "lastHeardMs" | "problem">[];
}

export function watchesHear(current: () => Heeded | undefined, clock: Clock): Check {
  return {
    name: "watches",
    problem() {
      const deaf = current()?.all.filter((watch) => clock.monotonic() - watch.lastHeardMs > DEAF_MS) ?? [];
      return deaf.length === 0 ? undefined : deaf.map(({ what, problem }) => `${what}: ${problem ?? SILENT}`).join("; ");
    },
  };
}

const SILENT = "nothing was heard for three minutes";
