// What is called when the gate closes and when it opens: an address that is posted to, or a command, without a shell.
//
// Promised: it has ended when runHook resolves, and is ended when the signal aborts; a failure is an answer, never thrown.
import { request } from "node:http";
import { messageOf } from "../shared/errors.ts";
import { startProcess } from "../shared/started-process.ts";
import { type Problem, problemWith } from "./problem.ts";

export type Hook =
  | { readonly kind: "http"; readonly url: URL }
  | { readonly kind: "command"; readonly words: readonly [string, ...string[]] };

export type HookEvent = "closing" | "open";

export type HookOutcome = { readonly kind: "done" } | { readonly kind: "failed"; readonly message: string };

const done: HookOutcome = { kind: "done" };

export function parseHook(text: string): Hook | Problem {
  if (/^https:/i.test(text)) return problemWith(text, "cannot be posted to: a hook is called over plain http within the Pod");
  if (/^http:/i.test(text)) {
    const url = URL.parse(text);
    return url === null || url.hostname === ""
      ? problemWith(text, "is not a URL: write http://127.0.0.1:8080/path")
      : { kind: "http", url };
  }
  const [command, ...args] = text.trim().split(/\s+/);
  if (command === undefined || command === "") return problemWith(text, "is empty: name a URL or a command, or leave it out");
  return { kind: "command", words: [command, ...args] };
}

/** `body` is JSON: posted, or in the environment of the command. */
export async function runHook(hook: Hook, event: HookEvent, body: string, signal: AbortSignal): Promise<HookOutcome> {
  if (signal.aborted) return failed("there is no time left for it");
  try {
    return await (hook.kind === "http" ? post(hook.url, body, signal) : run(hook.words, event, body, signal));
  } catch (error) {
    return failed(messageOf(error));
  }
}

function post(url: URL, body: string, signal: AbortSignal): Promise<HookOutcome> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const call = request(url, { method: "POST", headers, signal, agent: false }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      response.once("end", () => resolve(statusCode >= 200 && statusCode < 300 ? done : failed(`it answered ${statusCode}`)));
      response.once("error", (error) => resolve(failed(messageOf(error))));
    });
    call.once("error", (error) => resolve(failed(messageOf(error))));
    call.end(body);
  });
}

async function run(
  [command, ...args]: readonly [string, ...string[]],
  event: HookEvent,
  body: string,
  signal: AbortSignal,
): Promise<HookOutcome> {
  const env = { ...process.env, EXCLUSIVE_WINDOW_GATE_EVENT: event, EXCLUSIVE_WINDOW_GATE_STATE: body };
  // Standard output is the log's.
  const { child, ended } = startProcess(command, args, { env, stdio: ["ignore", 2, 2], endsAt: "exit" });
  const kill = () => void child?.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  const end = await ended;
  signal.removeEventListener("abort", kill);
  if (end.kind === "not started") return failed(messageOf(end.error));
  const { code, signal: by } = end;
  return code === 0 ? done : failed(code === null ? `it was ended by ${by}` : `it exited with ${code}`);
}

function failed(message: string): HookOutcome {
  return { kind: "failed", message };
}
