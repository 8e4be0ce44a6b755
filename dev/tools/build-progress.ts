// Reads what the go command says while it builds, and tells how far it is.
// `go build -v` names each package as its compilation starts; packages that are in Go's build cache are not named, so the
// total, which is 0 until it is known, is an upper bound. Programs appear in the output directory as they are linked.

export interface BuildSeen {
  readonly downloaded: number;
  readonly compiled: number;
}

export const nothingSeen: BuildSeen = { downloaded: 0, compiled: 0 };

const DOWNLOAD = /^go: downloading \S+ v\S+$/;
const PACKAGE = /^[\w.~-]+(\/[\w.~+-]+)*$/;

export function seeBuildLine(seen: BuildSeen, line: string): BuildSeen {
  if (DOWNLOAD.test(line)) return { ...seen, downloaded: seen.downloaded + 1 };
  return PACKAGE.test(line) ? { ...seen, compiled: seen.compiled + 1 } : seen;
}

/** One phrase: packages of at most `packages`, programs of `programs`. */
export function buildText(seen: BuildSeen, packages: number, linked: number, programs: number): string {
  if (packages === 0) return seen.downloaded === 0 ? "reading the modules" : `${seen.downloaded} modules downloaded`;
  return `${seen.compiled} of at most ${packages} packages compiled, ${linked} of ${programs} programs ready`;
}
