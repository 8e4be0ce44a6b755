// The options of the commands that change locks, and what they say of their exit codes.
import type { Command } from "commander";
import type { LockFlags } from "./lock-options.ts";
import type { EventFlags } from "./window-event.ts";

export interface ChangeFlags extends LockFlags, EventFlags {
  readonly yes?: true;
  readonly force?: true;
}

export const refusalText = "\nExit codes: 0 done, 1 failed or something was left, 2 usage or bad input, 5 refused: nothing was changed.";

export function addChangeOptions(command: Command): Command {
  return command
    .option("-y, --yes", "do not ask; needed where there is no terminal to ask at")
    .option("--no-event", "post no Event on the window that the lock is of")
    .option("--kubeconfig <file>", "the cluster of that window (default: as kubectl)")
    .option("--context <name>", "of the kubeconfig");
}
