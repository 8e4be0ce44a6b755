// Stands for a queue's client: so many events a second, as long as somebody takes them.
import { setTimeout as sleep } from "node:timers/promises";
import { Pace } from "../event-processor/event-source.ts";
import type { Queue } from "./loop.ts";

const tickMs = 5;

export function standInQueue(eventsPerSecond: number): Queue<number> {
  const pace = new Pace(eventsPerSecond);
  const returned: number[] = [];
  let next = 0;
  return {
    take: async (most, signal) => {
      await sleep(tickMs, undefined, { signal }).catch(() => undefined);
      const due = signal.aborted ? 0 : pace.due(performance.now(), true);
      for (let i = 0; i < due; i++) returned.push(next++);
      return returned.splice(0, most);
    },
    giveBack: async (events) => void returned.unshift(...events),
  };
}
