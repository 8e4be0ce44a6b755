// What a run of the nemesis is asked for on its command line. Pure.
import { parseArgs } from "node:util";
import { messageOf } from "../../src/shared/errors.ts";

export interface ChaosArguments {
  readonly minutes: number;
  /** Undefined: a fresh one. */
  readonly seed: number | undefined;
  /** The controllers promote nothing: overlaps must be seen. */
  readonly control: boolean;
  readonly restartsApiServer: boolean;
  /** A file for everything that was seen. */
  readonly timeline: string | undefined;
}

const options = {
  minutes: { type: "string", default: "5" },
  seed: { type: "string" },
  control: { type: "boolean", default: false },
  timeline: { type: "string" },
  "no-api-restarts": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

export const usage = `usage: npm run chaos [-- --minutes N] [--seed S] [--control] [--no-api-restarts] [--timeline FILE]

  --minutes N        how long faults are injected; default 5, at least 1
  --seed S           a whole number: the same seed plans the same faults; default a fresh one, which is printed
  --control          the naive recipe (locks are never made to outlive their controller): must see overlaps, and ends in FAIL
  --no-api-restarts  leave the API server alone; without it a second one is started for the controllers, and restarted
  --timeline FILE    write everything that was seen, in the order of time, to that file
  --help             this text`;

const highestSeed = 2 ** 32;

/** The arguments, a request for help, or what is wrong with them. */
export function parseArguments(args: readonly string[]): ChaosArguments | "help" | { readonly problem: string } {
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return "help";
    const minutes = Number(values.minutes);
    if (!(minutes >= 1)) return { problem: `--minutes is ${values.minutes}: give a number, 1 or more` };
    const seed = values.seed === undefined ? undefined : Number(values.seed);
    if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0 && seed < highestSeed))
      return { problem: `--seed is ${values.seed}: give a whole number from 0 to ${highestSeed - 1}` };
    return { minutes, seed, control: values.control, restartsApiServer: !values["no-api-restarts"], timeline: values.timeline };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
