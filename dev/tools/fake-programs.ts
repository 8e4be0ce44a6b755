// For tests: a directory of stand-ins for programs (docker, go, kubectl …) that is the whole PATH but for the shell's own tools,
// and a cache of its own. Every call of a stand-in is recorded.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./command.ts";

const SHELL_TOOLS = ["sh", "touch", "cat", "rm"];

export interface FakePrograms {
  readonly directory: string;
  /** Makes or replaces a program: the body of a shell script, which has the arguments as "$@". */
  put(name: string, script: string): void;
  /** The arguments of every call so far, as one line each, with the program's name first. */
  calls(): readonly string[];
  /** Gives PATH and the cache back, and deletes the directory. */
  restore(): void;
}

export function fakePrograms(): FakePrograms {
  const directory = mkdtempSync(join(tmpdir(), "programs-"));
  const [programs, log] = [join(directory, "bin"), join(directory, "calls")];
  mkdirSync(programs);
  for (const tool of SHELL_TOOLS) symlinkSync(findProgram(tool) ?? `/bin/${tool}`, join(programs, tool));
  const before = { PATH: process.env.PATH, EXCLUSIVE_WINDOW_CACHE: process.env.EXCLUSIVE_WINDOW_CACHE };
  process.env.PATH = programs;
  process.env.EXCLUSIVE_WINDOW_CACHE = join(directory, "cache");
  return {
    directory,
    put(name, script) {
      writeFileSync(join(programs, name), `#!/bin/sh\necho "${name} $*" >> ${log}\n${script}\n`);
      chmodSync(join(programs, name), 0o755);
    },
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []),
    restore() {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      rmSync(directory, { recursive: true });
    },
  };
}
