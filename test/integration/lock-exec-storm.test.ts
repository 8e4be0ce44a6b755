// Twenty `lock exec` on one path beside threads of unmodified Curator: nobody is ever beside a writer. Judged afterwards, from what each
// held by the machine's one monotonic clock.
import { expect, test } from "vitest";
import type { Span } from "../../dev/curator/curator.ts";
import { withCurator } from "../support/curator.ts";
import { lockExec, node } from "../support/lock-exec.ts";
import { aPlace, onPath, session, withServer } from "../support/server-gate.ts";
import { figures, overlaps } from "../support/spans.ts";

withServer();

const theCurator = withCurator();

const all = 20;

test("twenty commands never overlap each other, nor Curator's writers and readers", { timeout: 300_000 }, async () => {
  const { path } = aPlace();
  for (const kind of ["write", "read"] as const) await theCurator().storm(kind, path, { threads: 2, restMs: 2, holdMs: 2 });
  const script = `
    const from = process.hrtime.bigint();
    while (process.hrtime.bigint() - from < 20_000_000n);
    console.log(process.env.EXCLUSIVE_WINDOW_FENCING_TOKEN + " " + from + " " + process.hrtime.bigint());`;
  const ends = await Promise.all(Array.from({ length: all }, () => lockExec([path, ...node(script)]).ended));
  const theirs = await theCurator().calm();
  expect(ends.map(({ code, err }) => ({ code, err }))).toEqual(Array.from({ length: all }, () => ({ code: 0, err: "" })));
  const held = ends.map(({ out }) => out.trim().split(" ").map(BigInt));
  const ours = held.map(([, from = 0n, to = 0n]): Span => ({ kind: "write", path, from, to }));
  console.info(figures(ours, theirs));
  expect(overlaps([...ours, ...theirs])).toEqual([]);
  expect(theirs.filter(({ kind }) => kind === "write").length).toBeGreaterThan(0);
  // Whoever comes later has the higher token.
  const inTime = held.toSorted(([, a = 0n], [, b = 0n]) => (a < b ? -1 : 1)).map(([token = 0n]) => token);
  expect(inTime).toEqual(inTime.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(await onPath(await session(), path)).toEqual([]);
});
