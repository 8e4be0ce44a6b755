// Our lock client and threads of unmodified Curator in one JVM, on locks of every dialect at once: a writer is never beside anybody.
// Judged afterwards, from what each held by the machine's one monotonic clock.
import { expect, test } from "vitest";
import type { CuratorLock, Span } from "../../dev/curator/curator.ts";
import type { LockRequest } from "../../src/locks/acquire.ts";
import type { Dialect } from "../../src/protocol/dialects.ts";
import { withCurator } from "../support/curator.ts";
import { take } from "../support/lock-taker.ts";
import { aPlace, eventually, onPath, session, withServer } from "../support/server-gate.ts";
import { figures, overlaps } from "../support/spans.ts";

withServer();

const theCurator = withCurator();

/** Acquisitions of each side on each path where it takes part, at least. */
const enough = 250;

interface Front {
  readonly dialect: Dialect;
  readonly path: string;
  /** Who takes part for Curator, with how many threads. */
  readonly theirs: readonly { readonly lock: CuratorLock; readonly threads: number }[];
  /** How long Curator's threads hold. */
  readonly holdMs?: number;
  readonly ours: readonly LockRequest["mode"][];
}

const fronts = (): readonly Front[] => [
  {
    dialect: "Curator",
    path: aPlace().path,
    theirs: [
      { lock: "read", threads: 3 },
      { lock: "write", threads: 1 },
    ],
    ours: ["read", "read", "read", "write"],
  },
  { dialect: "CuratorMutex", path: aPlace().path, theirs: [{ lock: "mutex", threads: 2 }], ours: ["write", "write"] },
  // From first in line to a lease in hand it is five requests: who holds for less would be gone by then.
  {
    dialect: "CuratorSemaphoreMutex",
    path: aPlace().path,
    theirs: [{ lock: "semaphore", threads: 2 }],
    holdMs: 5,
    ours: ["write", "write"],
  },
  { dialect: "ZooKeeperRecipe", path: aPlace().path, theirs: [], ours: ["read", "read", "write"] },
];

test("an overlap is found on one path, where a writer begins before another's end, or anybody before a writer's", () => {
  const span = (path: string, kind: Span["kind"], from: bigint, to: bigint): Span => ({ path, kind, from, to });
  expect(overlaps([span("/a", "write", 0n, 9n), span("/b", "write", 1n, 3n), span("/a", "read", 9n, 12n)])).toEqual([]);
  expect(overlaps([span("/a", "read", 0n, 9n), span("/a", "write", 8n, 10n), span("/a", "read", 9n, 12n)])).toHaveLength(2);
});

test("in a storm over all dialects no writer overlaps anybody", async () => {
  const all = fronts();
  const storm = { over: false };
  const spans: Span[] = [];
  for (const { path, theirs, holdMs = 0.5 } of all)
    for (const { lock, threads } of theirs) await theCurator().storm(lock, path, { threads, restMs: 1, holdMs });
  const works = all.flatMap((front) =>
    front.ours.map((mode) => againAndAgain([front.path], { mode, dialect: front.dialect }, spans, storm)),
  );
  // Of two mutexes at once: the storm's own, and one that nobody else wants.
  works.push(againAndAgain([all[1]?.path ?? "", aPlace().path], { dialect: "CuratorMutex" }, spans, storm));
  const ended = Promise.all(works);
  const least = () => Math.min(...all.map(({ path }) => spans.filter((span) => span.path === path).length));
  const blown = Promise.all([
    eventually(least).toBeGreaterThanOrEqual(enough),
    eventually(() => theCurator().stormCount()).toBeGreaterThan(enough * 6),
  ]);
  await Promise.race([blown, ended]); // ended: something failed
  storm.over = true;
  await ended;
  const theirs = await theCurator().calm();
  console.info(figures(spans, theirs));
  expect(overlaps([...spans, ...theirs])).toEqual([]);
  for (const { path, theirs: parts } of all.filter((front) => front.theirs.length > 0)) {
    expect(theirs.filter((span) => span.path === path).length, `Curator's on ${path}, with ${parts.length} kinds`).toBeGreaterThan(
      enough / 2,
    );
  }
  // Else it was no storm: readers of both sides side by side.
  const reads = (side: readonly Span[]) => side.filter(({ kind, path }) => kind === "read" && path === all[0]?.path);
  expect(overlaps([...reads(spans), ...reads(theirs).map((span) => ({ ...span, kind: "write" as const }))])).not.toEqual([]);
  const last = await session();
  for (const { path } of all) expect(await onPath(last, path)).toEqual(path === all[2]?.path ? ["foreign ", "foreign "] : []);
});

async function againAndAgain(
  paths: readonly string[],
  how: Partial<LockRequest>,
  spans: Span[],
  storm: { readonly over: boolean },
): Promise<void> {
  const own = await session();
  const kind = how.mode ?? "write";
  while (!storm.over) {
    const locks = await take(own, { paths, ...how }).held;
    const from = process.hrtime.bigint();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(locks.isHeld()).toBe(true);
    const to = process.hrtime.bigint();
    for (const path of paths) spans.push({ kind, path, from, to });
    await locks.release();
  }
}
