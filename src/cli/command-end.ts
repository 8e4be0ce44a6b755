// How a command ends that did not do what it was asked for: one line on standard error, and the exit code that stands for it.
import { ExitCode } from "./exit-code.ts";
import type { Machine } from "./machine.ts";

/** Each means the same for every command. */
const codes = { failed: 1, badInput: 2, refused: 5 } as const;

/** Throws what runProgram turns into that exit code. */
export function exitWith(machine: Pick<Machine, "err">, end: keyof typeof codes, message: string): never {
  machine.err(`error: ${message}\n`);
  throw new ExitCode(codes[end]);
}
