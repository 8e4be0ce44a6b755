// Reads the two lines of the Job's log that the verdict rests on (demo/job.ts writes them). Pure.

/** What the Job's own log says of when it worked; what it does not say is absent. */
export interface JobInterval {
  /** How many processes of the Job logged a start. */
  readonly starts: number;
  /** CLOCK_MONOTONIC of the machine that `bootId` names, in nanoseconds. */
  readonly startNs: bigint | undefined;
  readonly endNs: bigint | undefined;
  readonly bootId: string | undefined;
  /** All digits, or undefined where the Job was given none. */
  readonly token: string | undefined;
}

export function parseJobLog(log: string): JobInterval {
  const lines = log.split("\n");
  const started = lines.filter((line) => line.startsWith("job: start "));
  const ended = lines.filter((line) => line.startsWith("job: end "));
  const first = fields(started[0] ?? "");
  const last = fields(ended.at(-1) ?? "");
  const sameBoot = first.get("bootId") === last.get("bootId");
  return {
    starts: started.length,
    startNs: nanoseconds(first.get("monotonic")),
    // An end on another machine's clock ends nothing that began on this one.
    endNs: sameBoot ? nanoseconds(last.get("monotonic")) : undefined,
    bootId: first.get("bootId"),
    token: /^\d+$/.test(first.get("token") ?? "") ? first.get("token") : undefined,
  };
}

function fields(line: string): ReadonlyMap<string, string> {
  return new Map([...line.matchAll(/(\w+)=(\S+)/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
}

function nanoseconds(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}
