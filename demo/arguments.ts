// What the demo is asked for on its command line. Pure.

import { parseArgs } from "node:util";
import { messageOf } from "../src/shared/errors.ts";

export interface DemoArguments {
  /** The processors ignore their gate: the demo must then see overlaps. */
  readonly control: boolean;
  /** What the demo made stays. */
  readonly keep: boolean;
  /** A context of the user's kubeconfig instead of a cluster of our own. */
  readonly context: string | undefined;
}

const options = {
  control: { type: "boolean", default: false },
  keep: { type: "boolean", default: false },
  context: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

export const usage = `usage: npm run demo [-- --control] [--keep] [--context NAME]

  --control       the processors ignore their gate: the demo must see events during the Job and end in FAIL
  --keep          leave the cluster, ZooKeeper and everything in them, and say how to go on
  --context NAME  use this context of your kubeconfig instead of a cluster made for the purpose
  --help          this text`;

/** The arguments, a request for help, or what is wrong with them. */
export function parseArguments(args: readonly string[]): DemoArguments | "help" | { readonly problem: string } {
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return "help";
    return { control: values.control, keep: values.keep, context: values.context };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
