// Chooses private ranges for Pods and Services that nothing else on this machine uses, since a route to a pod range hides
// whatever was reachable there before: a package registry, a name server, another cluster.

export interface Subnets {
  /** Two ranges of 256 addresses, in CIDR notation. */
  readonly pods: string;
  readonly services: string;
}

/** Something on this machine that uses addresses, and where that was read. */
export interface Occupied {
  readonly range: string;
  readonly source: string;
}

export const CANDIDATES: readonly Subnets[] = [
  { pods: "10.244.0.0/24", services: "10.96.0.0/24" },
  { pods: "10.213.244.0/24", services: "10.213.96.0/24" },
  { pods: "172.29.244.0/24", services: "172.29.96.0/24" },
  { pods: "192.168.244.0/24", services: "192.168.196.0/24" },
];

/** The first pair that collides with nothing. Throws an error that says what each pair collides with. */
export function chooseSubnets(occupied: readonly Occupied[], candidates: readonly Subnets[] = CANDIDATES): Subnets {
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const found = collisions(candidate, occupied);
    if (found.length === 0) return candidate;
    reasons.push(`  - ${candidate.pods} and ${candidate.services}: ${found.join("; ")}`);
  }
  throw new Error(
    `every address range for Pods and Services is in use on this machine:\n${reasons.join("\n")}\nFree one of them, or use --context.`,
  );
}

function collisions(subnets: Subnets, occupied: readonly Occupied[]): string[] {
  const ours = [subnets.pods, subnets.services];
  return occupied
    .filter(({ range }) => ours.some((own) => overlap(own, range)))
    .map(({ range, source }) => `${range} is in use (${source})`);
}

/** Whether two IPv4 ranges share an address. A range is `a.b.c.d` or `a.b.c.d/bits`; anything else overlaps nothing. */
export function overlap(a: string, b: string): boolean {
  const [first, second] = [bounds(a), bounds(b)];
  if (first === undefined || second === undefined) return false;
  return first.from <= second.to && second.from <= first.to;
}

function bounds(range: string): { from: number; to: number } | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(range);
  if (parts === null) return undefined;
  const address = parts.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(parts[5] ?? 32));
  const from = Math.floor(address / size) * size;
  return { from, to: from + size - 1 };
}

/** The nth address of a range: 0 is its network address. */
export function addressIn(range: string, n: number): string {
  const from = bounds(range)?.from;
  if (from === undefined) throw new Error(`${range} is no IPv4 range`);
  const address = from + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Ranges in the answer of `ip -j -4 route show table all`; the default route is everyone's and left out. */
export function occupiedByRoutes(json: string): readonly Occupied[] {
  const routes = JSON.parse(json) as readonly { readonly dst?: string; readonly dev?: string; readonly gateway?: string }[];
  return routes.flatMap(({ dst, dev, gateway }) => {
    if (dst === undefined || dst === "default" || dst === "0.0.0.0/0") return [];
    return [{ range: dst, source: `a route by ${gateway ?? dev ?? "this machine"}` }];
  });
}

/** IPv4 addresses that stand as words in a file such as /etc/hosts or /etc/resolv.conf. */
export function occupiedByFile(text: string, source: string): readonly Occupied[] {
  const lines = text.split("\n").map((line) => line.replace(/[#;].*/, ""));
  return lines.flatMap((line) => line.split(/\s+/)).flatMap((word) => (bounds(word) === undefined ? [] : [{ range: word, source }]));
}
