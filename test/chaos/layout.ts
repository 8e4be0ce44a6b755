// What the nemesis plays with: who works on which lock path, which windows there are. Pure; the same for every seed.
//
// Sessions of processors last 8 s. The ensemble's tick of 200 ms makes a server fall silent 2 s after it lost its leader, which is
// less than the third of a session that the gate's lease leaves: as it is with ZooKeeper's defaults and sessions of 30 s.

export type PathName = "one" | "two";

/** `any`, `signalled`: a gate. `batch`: Curator's read lock around each batch, without a look at the signal. */
export type ProcessorMode = "any" | "signalled" | "batch";

export interface ProcessorPlace {
  readonly name: string;
  readonly mode: ProcessorMode;
  readonly path: PathName;
}

export interface WindowPlace {
  readonly name: string;
  readonly paths: readonly PathName[];
  readonly schedule: string;
  /** It is asked for again and again; else its schedule alone runs it. */
  readonly requested: boolean;
  readonly graceSeconds: number;
  readonly jobMs: number;
}

const sessionMs = 8000;
const never = "0 2 1 1 *";
const everyMinute = "* * * * *";
const grace = sessionMs / 1000;

const processors: readonly ProcessorPlace[] = [
  { name: "processor-1", mode: "any", path: "one" },
  { name: "processor-2", mode: "signalled", path: "one" },
  { name: "processor-3", mode: "batch", path: "one" },
  { name: "processor-4", mode: "any", path: "two" },
  { name: "processor-5", mode: "signalled", path: "two" },
];

const windows: readonly WindowPlace[] = [
  { name: "requested-one", paths: ["one"], schedule: never, requested: true, graceSeconds: 0, jobMs: 5000 },
  { name: "minutely-one", paths: ["one"], schedule: everyMinute, requested: false, graceSeconds: 0, jobMs: 12_000 },
  { name: "requested-two", paths: ["two"], schedule: never, requested: true, graceSeconds: grace, jobMs: 7000 },
  { name: "minutely-both", paths: ["one", "two"], schedule: everyMinute, requested: false, graceSeconds: grace, jobMs: 9000 },
];

const paths: Readonly<Record<PathName, { readonly lock: string; readonly signal: string }>> = {
  one: { lock: "one/lock", signal: "one/signal" },
  two: { lock: "two/lock", signal: "two/signal" },
};

export const site = {
  sessionMs,
  tickMs: 200,
  controllerSessionSeconds: 4,
  controllers: ["controller-1", "controller-2"],
  processors,
  windows,
  paths,
} as const;

/** The znodes of a path in that namespace. */
export function znodesOf(namespace: string, path: PathName): { readonly lock: string; readonly signal: string } {
  return { lock: `/${namespace}/${paths[path].lock}`, signal: `/${namespace}/${paths[path].signal}` };
}
