// What can go wrong with a call to the API server, in the words that callers decide by.
//
// Promised: every failed call throws a KubeError, and its message is the server's own text where there is one.
// Not promised: that a call that failed with `Unavailable` did nothing. Look again.

export type KubeErrorCode =
  | "NotFound"
  /** Somebody was faster: the object's uid or resourceVersion is another one. */
  | "Conflict"
  | "AlreadyExists"
  /** The server refuses what was sent; sending it again will not help. */
  | "Invalid"
  | "Forbidden"
  | "Unauthorized"
  /** The resourceVersion or continue token is too old: list anew. */
  | "Gone"
  | "TooManyRequests"
  /** No answer, or none that counts: network, deadline, 408, 5xx. */
  | "Unavailable";

interface KubeErrorDetails {
  readonly retryAfterMs?: number | undefined;
  readonly causes?: readonly string[];
  readonly cause?: unknown;
}

export class KubeError extends Error {
  readonly code: KubeErrorCode;
  /** What was being done, such as `read Job orders/nightly`. */
  readonly what: string;
  /** How long the server asks to wait before the next attempt. */
  readonly retryAfterMs: number | undefined;
  /** What the server names besides its message, such as the PodDisruptionBudget that is in the way. */
  readonly causes: readonly string[];

  constructor(code: KubeErrorCode, what: string, message: string, details: KubeErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = "KubeError";
    this.code = code;
    this.what = what;
    this.retryAfterMs = details.retryAfterMs;
    this.causes = details.causes ?? [];
  }
}

/** Kubernetes' Status object, as far as it is read: the body of a refusal, and the object of a watch's ERROR event. */
export interface StatusObject {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number; readonly causes?: readonly { readonly message?: string }[] };
}

/** An answer that is not 2xx, as an error. `body` is the text of the answer: a Status in JSON, or whatever a proxy wrote. */
export function refusal(what: string, status: number, body: string, retryAfter?: string): KubeError {
  const answer = parseStatus(body);
  const message = answer.message ?? `the API server answered ${status}${body === "" ? "" : `: ${body.slice(0, 200)}`}`;
  const seconds = Number(retryAfter ?? answer.details?.retryAfterSeconds ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  const causes = (answer.details?.causes ?? []).flatMap((cause) => cause.message ?? []);
  return new KubeError(codeOf(status, answer.reason), what, message, { retryAfterMs, causes });
}

export function isKubeError(error: unknown, ...codes: readonly KubeErrorCode[]): error is KubeError {
  return error instanceof KubeError && (codes.length === 0 || codes.includes(error.code));
}

/** What `read` answers, or undefined where the object does not exist. */
export async function orUndefined<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

function codeOf(status: number, reason: string | undefined): KubeErrorCode {
  if (status === 409) return reason === "AlreadyExists" ? "AlreadyExists" : "Conflict";
  return codes[status] ?? (status >= 400 && status < 500 && status !== 408 ? "Invalid" : "Unavailable");
}

const codes: Readonly<Record<number, KubeErrorCode>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  410: "Gone",
  429: "TooManyRequests",
};

function parseStatus(body: string): StatusObject {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? (parsed as StatusObject) : {};
  } catch {
    return {};
  }
}
