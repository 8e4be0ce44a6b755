// The one door to the API server: a request in, JSON or a stream out.
//
// Objects pass as the JSON that they are. client-node's typed calls would drop every field that they do not know (a Job
// template for a newer Kubernetes would lose settings without a word) and hide the Warning headers.
// Promised: every call ends within its deadline, with an answer or a KubeError. Not promised: retries; callers look again.
import type { Readable } from "node:stream";
import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { type Dispatcher, request as send } from "undici";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { isKubeError, KubeError, refusal } from "./errors.ts";

export interface RestRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path below the server's address. Segments are already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON, whatever the content type. */
  readonly body?: unknown;
  /** Default application/json. */
  readonly contentType?: PatchType | "application/json";
  /** The form of the answer; default application/json. */
  readonly accept?: string | undefined;
  /** For a call that must be over sooner than others, in milliseconds. */
  readonly deadlineMs?: number;
}

export type PatchType = "application/merge-patch+json" | "application/strategic-merge-patch+json" | "application/apply-patch+yaml";

export interface Answer<T> {
  readonly body: T;
  /** The texts of the Warning headers. */
  readonly warnings: readonly string[];
}

export interface Rest {
  /** `what` names the call in errors: "read Job orders/nightly". The caller says what the JSON is. */
  call<T>(what: string, request: RestRequest): Promise<Answer<T>>;
  /** Answers when the headers are here; the deadline counts until then only. `signal` ends the stream. */
  open(what: string, request: RestRequest, signal: AbortSignal): Promise<Readable>;
}

export interface RestOptions {
  readonly clock: Clock;
  /** Milliseconds a call may take; default 15,000. */
  readonly deadlineMs?: number;
}

export function createRest(config: KubeConfig, options: RestOptions): Rest {
  const { clock, deadlineMs = 15_000 } = options;
  return {
    call: (what, request) =>
      withDeadline(clock, request.deadlineMs ?? deadlineMs, what, (signal) => exchange(config, what, request, signal)),
    open: (what, request, ended) =>
      withDeadline(clock, request.deadlineMs ?? deadlineMs, what, async (deadline) => {
        const answer = await dispatch(config, what, request, AbortSignal.any([deadline, ended]));
        return answer.body;
      }),
  };
}

async function exchange<T>(config: KubeConfig, what: string, request: RestRequest, signal: AbortSignal): Promise<Answer<T>> {
  const answer = await dispatch(config, what, request, signal);
  const text = await answer.body.text();
  return { body: parse(what, text) as T, warnings: warningsOf(answer.headers.warning) };
}

async function dispatch(config: KubeConfig, what: string, request: RestRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const context = await prepare(config, request);
  const dispatcher = context.getDispatcher();
  const answer = await send(context.getUrl(), {
    method: request.method,
    headers: context.getHeaders(),
    signal,
    ...(dispatcher === undefined ? {} : { dispatcher }),
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
  const retryAfter = answer.headers["retry-after"];
  throw refusal(what, answer.statusCode, await answer.body.text(), typeof retryAfter === "string" ? retryAfter : undefined);
}

async function prepare(config: KubeConfig, request: RestRequest): Promise<RequestContext> {
  const server = config.getCurrentCluster()?.server ?? "";
  const context = new RequestContext(server.replace(/\/$/, "") + request.path, HttpMethod[request.method]);
  for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) context.setQueryParam(name, String(value));
  context.setHeaderParam("Accept", request.accept ?? "application/json");
  context.setHeaderParam("Accept-Encoding", "identity");
  context.setHeaderParam("User-Agent", "exclusive-window");
  if (request.body !== undefined) context.setHeaderParam("Content-Type", request.contentType ?? "application/json");
  await config.applySecurityAuthentication(context);
  return context;
}

async function withDeadline<T>(clock: Clock, ms: number, what: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const cancel = clock.after(ms, () => deadline.abort(new Error(`no answer within ${ms / 1000} s`)));
  try {
    return await run(deadline.signal);
  } catch (error) {
    if (isKubeError(error)) throw error;
    throw new KubeError("Unavailable", what, `cannot ${what}: the API server cannot be reached: ${messageOf(error)}`, { cause: error });
  } finally {
    cancel();
  }
}

function parse(what: string, text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch (error) {
    throw new KubeError("Unavailable", what, `cannot ${what}: the answer is not JSON: ${text.slice(0, 200)}`, { cause: error });
  }
}

/** RFC 7234 5.5, as the API server writes it: 299 - "text", with quotes and backslashes escaped. */
function warningsOf(header: string | string[] | undefined): readonly string[] {
  const all = header === undefined ? "" : [header].flat().join(", ");
  return [...all.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? "").replace(/\\(.)/g, "$1"));
}
