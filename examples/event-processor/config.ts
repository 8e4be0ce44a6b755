// What the processor is told by its environment.

export interface Config {
  /** host:port, comma separated. */
  readonly zookeeper: string;
  readonly lockPath: string;
  readonly signalPath: string;
  readonly eventsPerSecond: number;
  readonly port: number;
  /** How many events' records are kept. */
  readonly keptRecords: number;
  /** True: handles events whatever the gate says, to show what happens without one. */
  readonly ignoreGate: boolean;
}

/** Throws with every setting that is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, args: readonly string[]): Config {
  const problems: string[] = [];
  const text = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === "") problems.push(`${name} is not set`);
    return value ?? "";
  };
  const number = (name: string, otherwise: number): number => {
    const value = Number(env[name] ?? otherwise);
    if (!Number.isInteger(value) || value < 1) problems.push(`${name} is "${env[name]}": it may be a whole number from 1`);
    return value;
  };
  const lockPath = text("LOCK_PATH");
  const config = {
    zookeeper: text("ZOOKEEPER"),
    lockPath,
    signalPath: env.SIGNAL_PATH ?? `${lockPath}-signal`,
    eventsPerSecond: number("EVENTS_PER_SECOND", 333),
    port: number("PORT", 8080),
    keptRecords: number("KEPT_RECORDS", 1_000_000),
    ignoreGate: env.CONTROL === "1" || args.includes("--ignore-gate"),
  };
  if (problems.length > 0) throw new Error(problems.join("; "));
  return config;
}
