// The query for batches: a shell line, as cron takes one, that prints their ids, one a line.
//
// Promised: an answer is whole, or none: a query that fails, takes too long or prints too much is an error, never a shorter list.
import { type ChildOptions, runChild } from "./child.ts";

export interface Query extends Omit<ChildOptions, "program" | "args" | "output" | "stop"> {
  readonly line: string;
  readonly timeoutMs: number;
}

const mostBytes = 4 * 1024 * 1024;

/** Rejects with what is wrong. */
export async function batchIds({ line, timeoutMs, ...options }: Query): Promise<readonly string[]> {
  const stop = new AbortController();
  const late = () => stop.abort(new Error(`it had not ended after ${timeoutMs / 1000} s`));
  const cancel = options.clock.after(timeoutMs, late);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const output = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) stop.abort(new Error(`it printed more than ${mostBytes} bytes`));
    else chunks.push(chunk);
  };
  const failure = await runChild({ ...options, program: "sh", args: ["-c", line], output, stop: stop.signal });
  cancel();
  stop.signal.throwIfAborted();
  if (failure !== undefined) throw new Error(failure);
  return Buffer.concat(chunks)
    .toString("utf8")
    .split("\n")
    .filter((id) => id !== "");
}
