// Evicted processors: who of those that a run waits for is a processor, and what an eviction leaves of it.
import { rememberedBy } from "./interned.ts";
import type { RunName, World, Znodes } from "./parts.ts";

/** The processors whose nodes stand before the run's own, as one text: "r0 r1". */
export const processorsAhead = rememberedBy(({ queues }: Znodes, run: RunName): string => {
  const ahead = Object.values(queues).flatMap((queue) => {
    const own = queue.findIndex(({ who }) => who === run);
    return queue.slice(0, Math.max(0, own)).flatMap(({ who }) => (who.startsWith("r") ? [who] : []));
  });
  return [...new Set(ahead)].sort().join(" ");
});

/**
 * It stops at once, and its node stands until its session is over; that it may come back in the same session stands for a Pod that
 * takes its time to end. Undefined: it is not at work, so there is nothing to tell from one that steps back by itself.
 */
export function evicted(world: World, who: string): World | undefined {
  const k = Number(who.slice(1));
  const at = world.processors[k]?.at;
  if (at !== "open") return undefined;
  const processors = world.processors.map((one, i) => (i === k ? { ...one, at: "shut" as const } : one));
  return { ...world, processors };
}
