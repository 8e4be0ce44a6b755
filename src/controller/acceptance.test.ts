import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { offlineHands, offlineKube } from "../../test/support/offline-hands.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { parseWindow, type Window } from "../crds/parse.ts";
import { createJudge } from "./acceptance.ts";
import { keyOf } from "./hands.ts";

/** The locks of its next run are the default. */
const next = [{ path: "/exclusive-windows/a/b/lock", signalPath: "" }];

function aWindow(): Window {
  const parsed = parseWindow(windowObject());
  if (parsed.kind === "invalid") throw new Error("the window is meant to be right");
  return parsed.window;
}

/** A judge of one window that is seen, over an API server that takes every Job; `asked` counts how often it was asked. */
function aJudge() {
  const clock = manualClock();
  const window = aWindow();
  const kube = offlineKube(clock);
  const asked = { times: 0, meanwhile: () => {} };
  const dryRun = async () => {
    asked.times += 1;
    asked.meanwhile();
    return { warnings: [] };
  };
  const session = new MemorySession(new MemoryZooKeeper());
  const hands = offlineHands(clock, session, { kube: { ...kube, jobs: { ...kube.jobs, dryRun } } });
  hands.seen.windows.set(keyOf(window), window);
  return { clock, window, asked, seen: hands.seen.windows, ...createJudge(hands) };
}

describe("a judgement of the API server", () => {
  test("is good for a minute, and only for the same spec of the same window", async () => {
    const { clock, window, asked, accept } = aJudge();
    expect(await accept(window, next)).toEqual({ kind: "accepted", warnings: [] });
    await clock.advance(59_999);
    await accept(window, next);
    expect(asked.times).toBe(1);
    await accept({ ...window, generation: window.generation + 1 }, next);
    expect(asked.times).toBe(2);
    await accept({ ...window, generation: window.generation + 1, uid: "another" }, next);
    expect(asked.times).toBe(3);
    await clock.advance(60_000);
    await accept({ ...window, generation: window.generation + 1, uid: "another" }, next);
    expect(asked.times).toBe(4);
  });

  test("is forgotten with its window", async () => {
    const { window, asked, accept, forget } = aJudge();
    await accept(window, next);
    forget(keyOf(window));
    await accept(window, next);
    expect(asked.times).toBe(2);
  });

  test("on a window that goes meanwhile is not kept", async () => {
    const { window, asked, seen, accept, forget } = aJudge();
    asked.meanwhile = () => {
      seen.delete(keyOf(window));
      forget(keyOf(window));
    };
    await accept(window, next);
    asked.meanwhile = () => {};
    seen.set(keyOf(window), window);
    await accept(window, next);
    expect(asked.times).toBe(2);
  });
});
