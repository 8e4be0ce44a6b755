// A consumer in KafkaJS's manner: paused while the gate is shut, so that it keeps its place in the group and fetches nothing.
import type { ProcessorGate } from "../../src/processor/index.ts";

/** What is used of KafkaJS here. */
export interface Message {
  readonly offset: string;
  readonly value: Buffer | null;
}
export interface Batch {
  readonly batch: { readonly messages: readonly Message[] };
  readonly resolveOffset: (offset: string) => void;
  readonly heartbeat: () => Promise<void>;
  readonly isRunning: () => boolean;
  readonly isStale: () => boolean;
}
export interface Consumer {
  run(config: { eachBatchAutoResolve: boolean; eachBatch: (batch: Batch) => Promise<void> }): Promise<void>;
  pause(topics: readonly { readonly topic: string }[]): void;
  resume(topics: readonly { readonly topic: string }[]): void;
}

/** Messages that were not resolved are fetched again once the consumer is resumed. */
export async function consume(gate: ProcessorGate, consumer: Consumer, topic: string, handle: (message: Message) => Promise<void>) {
  await consumer.run({
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
      for (const message of batch.messages) {
        if (!isRunning() || isStale() || !gate.tryEnter()) break;
        try {
          await handle(message);
        } finally {
          gate.leave();
        }
        resolveOffset(message.offset);
        await heartbeat();
      }
    },
  });
  const follow = () => (gate.state === "open" ? consumer.resume([{ topic }]) : consumer.pause([{ topic }]));
  follow();
  return gate.onState(follow);
}
