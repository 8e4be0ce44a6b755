// What was held when, by the machine's one monotonic clock, and whether a writer was ever beside anybody.
import type { Span } from "../../dev/curator/curator.ts";

/** Each span that begins before the end of an earlier one on the same path, where one of the two is a writer's. */
export function overlaps(spans: readonly Span[]): readonly string[] {
  return [...Map.groupBy(spans, ({ path }) => path ?? "").values()].flatMap(overlapsOnPath);
}

function overlapsOnPath(spans: readonly Span[]): readonly string[] {
  const found: string[] = [];
  let [all, writers] = [0n, 0n];
  for (const { kind, from, to } of spans.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const until = kind === "write" ? all : writers;
    if (until > from) found.push(`a ${kind} lock was taken ${until - from} ns before another's end`);
    if (to > all) all = to;
    if (kind === "write" && to > writers) writers = to;
  }
  return found;
}

/** "1234 acquisitions (800 read, 434 write)" */
export function counted(spans: readonly Span[]): string {
  const reads = spans.filter(({ kind }) => kind === "read").length;
  return `${spans.length} acquisitions (${reads} read, ${spans.length - reads} write)`;
}

export function figures(ours: readonly Span[], theirs: readonly Span[]): string {
  const all = [...ours, ...theirs];
  const [from, to] = [all.map((span) => Number(span.from)), all.map((span) => Number(span.to))];
  const seconds = ((Math.max(...to) - Math.min(...from)) / 1e9).toFixed(1);
  return `ours: ${counted(ours)}; Curator's: ${counted(theirs)}; in ${seconds} s, ${overlaps(all).length} overlaps of a writer`;
}
