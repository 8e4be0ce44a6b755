// How one look at the running demo is shown: a block that a terminal redraws, or one plain line. Pure.

export interface ProcessorSight {
  readonly name: string;
  /** Of its gate: open, draining, closed…; "?" where the processor did not answer. */
  readonly state: string;
  readonly eventsPerSecond: number;
  readonly inFlight: number;
}

export interface Sight {
  readonly elapsedMs: number;
  readonly processors: readonly ProcessorSight[];
  /** undefined where ZooKeeper was not asked yet or did not answer. */
  readonly zookeeper: ZooKeeperSight | undefined;
  /** The window's short state, as its Ready condition gives it. */
  readonly window: string;
  /** What the Job's Pods are: none, gated, running, done… */
  readonly job: string;
}

export interface ZooKeeperSight {
  readonly signal: "up" | "down";
  readonly readers: number;
  readonly writer: "none" | "queued" | "held";
}

const BAR_WIDTH = 20;

/** What makes a plain line worth printing: everything but the numbers that change all the time. */
export function changeKey(sight: Sight): string {
  const states = sight.processors.map((p) => `${p.name}=${p.state}${p.eventsPerSecond > 0 ? "" : " idle"}`);
  return [...states, ...facts(sight)].join("|");
}

/** "  12.3 s  a open 333/s, b draining 12/s | signal up | …" */
export function plainLine(sight: Sight): string {
  const processors = sight.processors.map((p) => `${p.name} ${p.state} ${p.eventsPerSecond}/s`).join(", ");
  return [`${seconds(sight.elapsedMs)}  ${processors}`, ...facts(sight)].join(" | ");
}

/** One line for each processor and one for the rest; none longer than `columns`. */
export function block(sight: Sight, fullRate: number, columns: number): readonly string[] {
  const width = Math.max(0, ...sight.processors.map((p) => p.name.length));
  const rows = sight.processors.map((p) => {
    const rate = String(p.eventsPerSecond).padStart(4);
    return `  ${p.name.padEnd(width)}  ${p.state.padEnd(9)} ${bar(p.eventsPerSecond / fullRate)} ${rate} events/s  ${p.inFlight} in flight`;
  });
  return [`${seconds(sight.elapsedMs)}  ${facts(sight).join("   ")}`, ...rows].map((line) => line.slice(0, columns));
}

function facts({ zookeeper, window, job }: Sight): readonly string[] {
  const writers = { none: "no write lock", queued: "write lock queued", held: "write lock held" };
  const locks =
    zookeeper === undefined
      ? ["ZooKeeper ?"]
      : [`signal ${zookeeper.signal}`, `${zookeeper.readers} read locks`, writers[zookeeper.writer]];
  return [...locks, `window ${window}`, `Job ${job}`];
}

function bar(part: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * BAR_WIDTH);
  return "█".repeat(full) + "·".repeat(BAR_WIDTH - full);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}
