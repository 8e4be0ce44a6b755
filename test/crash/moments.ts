// When a controller dies: at one call of a run, at one moment of it. What the runner tells the controller's process, and reads back.

export const moments = ["before", "sent", "answered", "after"] as const;
export type Moment = (typeof moments)[number];

export const momentTexts: Readonly<Record<Moment, string>> = {
  before: "before it is sent",
  sent: "sent, no answer yet",
  answered: "answered, the answer not handed on",
  after: "after the answer",
};

export interface Plan {
  readonly call: string;
  readonly moment: Moment;
}

/** Where the plan stands in the environment of the controller's process: as JSON. */
export const planVariable = "CRASH_AT";
/** Set: the controller keeps the naive recipe, whose locks are all ephemeral. */
export const naiveVariable = "CRASH_NAIVE";

/** What the process prints of each call, with the instant on the machine's monotonic clock, and last of all when it kills itself. */
export const callLine = (names: readonly string[], at: bigint) => `call ${at}: ${names.join(" | ")}\n`;
export const crashLine = ({ call, moment }: Plan, remark: string) => `crash: ${call} | ${moment} ${remark}\n`;

export interface CallMade {
  readonly at: bigint;
  readonly names: readonly string[];
}

export function callsIn(lines: readonly string[]): readonly CallMade[] {
  return lines.flatMap((line) => {
    const [, at, names] = /^call (\d+): (.+)$/.exec(line) ?? [];
    return at === undefined || names === undefined ? [] : [{ at: BigInt(at), names: names.split(" | ") }];
  });
}

export function hasCrashed(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith("crash: "));
}
