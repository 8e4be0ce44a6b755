// A command that runs while locks are held: started, sent the signals that we are sent, and ended when the locks are lost.
//
// Promised: it has ended when runGuarded resolves; after a loss so has, where it has a process group of its own, everything that it
// started there. Not promised: that it ends with us where we are killed, or that what it leaves running in the background is waited for.
import type { HeldLocks } from "../../locks/acquire.ts";
import { messageOf } from "../../shared/errors.ts";
import { exitCodeOf, startProcess } from "../../shared/started-process.ts";
import { type EndTerms, endProcesses } from "../process-group.ts";
import type { Signals } from "./signals.ts";

/** It is ended once the locks are lost. */
export interface GuardedCommand extends EndTerms {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly locks: HeldLocks;
  /** The command stays in the terminal's foreground group, to read from it and to be typed at. Else it gets a group of its own. */
  readonly onTerminal: boolean;
  readonly signals: Signals;
}

export type CommandEnd =
  | { readonly kind: "ended"; readonly code: number }
  | { readonly kind: "not started"; readonly code: 126 | 127; readonly message: string }
  /** The locks went first, or may have. */
  | { readonly kind: "lost" };

/** `lost` is told why as soon as the locks are, while the command has yet to end. */
export async function runGuarded(guarded: GuardedCommand, lost: (why: string) => void): Promise<CommandEnd> {
  const { locks, signals } = guarded;
  if (!locks.isHeld()) {
    lost(`${lossOf(locks)}, before the command was run`);
    return { kind: "lost" };
  }
  const running = start(guarded);
  signals.passTo((name) => running.send(name));
  const end = await Promise.race([running.ended, lossIn(locks.lost)]);
  if (end?.kind === "not started" || (end !== undefined && locks.isHeld())) return end;
  lost(end === undefined ? `${lossOf(locks)}: the command is being ended` : `${lossOf(locks)}, perhaps before the command ended`);
  if (running.whole !== undefined) await endProcesses(running.whole, guarded);
  await running.ended;
  return { kind: "lost" };
}

interface Running {
  /** Never rejects. */
  readonly ended: Promise<Exclude<CommandEnd, { kind: "lost" }>>;
  /** To the command alone. */
  readonly send: (name: NodeJS.Signals) => void;
  /** Its group, where it has one of its own, as endProcesses takes it; undefined: it did not start. */
  readonly whole: number | undefined;
}

function start({ program, args, env, onTerminal }: GuardedCommand): Running {
  const { child, ended } = startProcess(program, args, { stdio: "inherit", env, detached: !onTerminal, endsAt: "exit" });
  const pid = child?.pid;
  return {
    ended: ended.then((end) => (end.kind === "ended" ? { kind: "ended", code: exitCodeOf(end) } : notStarted(program, end.error))),
    send: (name) => void child?.kill(name),
    whole: pid === undefined || onTerminal ? pid : -pid,
  };
}

/** The codes are a shell's. */
function notStarted(program: string, error: unknown): Extract<CommandEnd, { kind: "not started" }> {
  const missing = program === "" || (error instanceof Error && "code" in error && error.code === "ENOENT");
  return { kind: "not started", code: missing ? 127 : 126, message: `${program}: ${missing ? "not found" : messageOf(error)}` };
}

function lossIn(lost: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (lost.aborted) resolve(undefined);
    lost.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

function lossOf({ lost }: HeldLocks): string {
  return lost.aborted ? messageOf(lost.reason) : "the lock may be lost: ZooKeeper did not answer for long";
}
