// The process of the command line: hands the machine to the program, and its exit code to the shell.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { systemClock } from "../shared/clock.ts";
import { programName } from "./machine.ts";
import { runProgram } from "./program.ts";

// Whoever reads our output may stop reading, as `head` does. What has begun by then is brought to its end all the same: it may hold
// locks for a command that runs. Only what goes on until it is interrupted has nothing left to do.
const unread = new AbortController();
let unwritten = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (stream === process.stdout) unread.abort();
    if (error.code === "EPIPE") return;
    unwritten = true;
    process.exitCode ||= 1;
  });
}

const code = await runProgram(process.argv.slice(2), {
  clock: systemClock,
  program: programName(process.argv[1] ?? ""),
  out: (answer) => void process.stdout.write(answer),
  err: (remark) => void process.stderr.write(remark),
  read: (file) => (file === "-" ? text(process.stdin) : readFile(file, "utf8")),
  env: process.env,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  screen: { out: process.stdout.isTTY, err: process.stderr.isTTY },
  interruption,
});
process.exitCode = code === 0 && unwritten ? 1 : code;

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const { promise, resolve } = Promise.withResolvers<string>();
  lines.once("close", () => resolve("")); // ctrl-c and ctrl-d are no answer
  lines.question(question, resolve);
  return promise.finally(() => lines.close());
}

function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  return AbortSignal.any([interrupted.signal, unread.signal]);
}
