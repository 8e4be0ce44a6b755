// One watch request, from its opening to its end.
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { isKubeError, KubeError, refusal, type StatusObject } from "./errors.ts";
import { lines } from "./json-lines.ts";
import { partial, type Selectors } from "./list.ts";
import type { Rest } from "./rest.ts";
import type { WatchedObject } from "./watch-store.ts";

export type WatchEvent = { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; readonly object: WatchedObject };

export interface WatchStreamOptions {
  readonly rest: Rest;
  readonly clock: Clock;
  readonly what: string;
  readonly path: string;
  readonly selectors: Selectors;
  readonly resourceVersion: string;
  /** The server ends the watch after this long, and the client a minute later where the server does not. */
  readonly timeoutSeconds: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  onOpen(): void;
  onEvent(event: WatchEvent): void;
}

/** The API server sends a bookmark about once a minute; two that are missing mean that nobody is there any more. */
const silenceMs = 150_000;

/** Resolves when the server (or the time limit) ended the watch in order; throws a KubeError for everything else. */
export async function watchOnce(options: WatchStreamOptions): Promise<void> {
  const { rest, clock, what, signal, timeoutSeconds } = options;
  const ours = new AbortController();
  const overdue = clock.after((timeoutSeconds + 60) * 1000, () => ours.abort("overdue"));
  let cancelSilence = () => {};
  const heard = () => {
    cancelSilence();
    cancelSilence = clock.after(silenceMs, () => ours.abort("silent"));
  };
  try {
    const stream = await rest.open(what, requestOf(options), AbortSignal.any([signal, ours.signal]));
    options.onOpen();
    heard();
    for await (const line of lines(stream)) {
      heard();
      options.onEvent(eventOf(what, line));
    }
  } catch (error) {
    if (ours.signal.reason === "overdue") return;
    if (ours.signal.reason === "silent") throw new KubeError("Unavailable", what, `nothing was heard for ${silenceMs / 1000} s`);
    if (isKubeError(error)) throw error;
    throw new KubeError("Unavailable", what, `cannot ${what}: the stream broke: ${messageOf(error)}`, { cause: error });
  } finally {
    overdue();
    cancelSilence();
    ours.abort("ended");
  }
}

function requestOf({ path, selectors, resourceVersion, timeoutSeconds }: WatchStreamOptions) {
  const { metadataOnly = false, ...selected } = selectors;
  const query = { ...selected, watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds };
  return { method: "GET", path, query, accept: metadataOnly ? partial("PartialObjectMetadata") : undefined } as const;
}

function eventOf(what: string, line: string): WatchEvent {
  const event = parse(what, line);
  switch (event.type) {
    case "ERROR": {
      const status = event.object as StatusObject | undefined;
      throw refusal(what, status?.code ?? 500, JSON.stringify(status ?? {}));
    }
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
    case "BOOKMARK": {
      const object = event.object as WatchedObject | undefined;
      const whole = object?.metadata?.resourceVersion !== undefined && (event.type === "BOOKMARK" || object.metadata.uid !== undefined);
      if (!whole) throw new KubeError("Unavailable", what, `an event without resourceVersion or uid: ${line.slice(0, 200)}`);
      return { type: event.type, object };
    }
    default:
      throw new KubeError("Unavailable", what, `an event of an unknown type: ${line.slice(0, 200)}`);
  }
}

function parse(what: string, line: string): { readonly type?: unknown; readonly object?: unknown } {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event === "object" && event !== null) return event;
  } catch {
    // Told below.
  }
  throw new KubeError("Unavailable", what, `a line that is not an event: ${line.slice(0, 200)}`);
}
