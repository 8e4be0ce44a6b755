import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { offlineHands } from "../../test/support/offline-hands.ts";
import { publish } from "./publish.ts";

test("what has not changed is measured too, since a leader that is new has measured nothing", async () => {
  const hands = offlineHands(manualClock(), new MemorySession(new MemoryZooKeeper()));
  const status = { lastSuccessfulTime: "2026-11-23T00:00:00.000Z" };
  const window = { namespace: "orders", name: "nightly", uid: "u", resourceVersion: "1", status };
  expect(await publish(window, { status, events: [] }, hands)).toBe("unchanged");
  const { body } = await hands.metrics.page();
  expect(body).toMatch(/^exclusivewindow_last_success_timestamp_seconds\{namespace="orders",name="nightly"\} \d+$/m);
});
