// The calls of one session: sent, bounded, settled exactly once, each with the error that says whether it may have been done.
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Answer, Connection } from "./connection.ts";
import { noNode, refusal } from "./errors.ts";
import type { Request } from "./requests.ts";
import { type SessionState, ZooKeeperError } from "./session.ts";
import type { Watches, WatchKind } from "./watches.ts";

/** What is to be called when the node changes; `absent` names the kind of watch that an answer "no node" leaves. */
export interface Watching {
  readonly call: () => void;
  readonly kind: WatchKind;
  readonly absent?: WatchKind;
}

export interface CallHands {
  readonly clock: Clock;
  readonly callTimeoutMs: number;
  readonly connection: Connection;
  readonly watches: Watches;
  state(): SessionState;
  /** Why the session ended, once it has. */
  end(): ZooKeeperError | undefined;
}

/** Servers drop a connection that sends more, and with it whatever else was on its way. */
const longestRequest = 1_048_000;

export class Calls {
  readonly #hands: CallHands;

  constructor(hands: CallHands) {
    this.#hands = hands;
  }

  ask<T>(request: Request<T>, watching?: Watching): Promise<T> {
    const hindrance = this.#hindrance(request);
    if (hindrance !== undefined) return Promise.reject(hindrance);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const { clock, callTimeoutMs, connection } = this.#hands;
    let late = false;
    const cancel = clock.after(callTimeoutMs, () => {
      late = true;
      const message = `no answer to ${request.what} within ${callTimeoutMs} ms: look whether it was carried out`;
      reject(new ZooKeeperError("Timeout", message, request.path));
    });
    connection.send(request, (answer) => {
      cancel();
      if (late) return;
      this.#watch(request, answer, watching);
      if (answer.kind === "answered") this.#read(request, answer.body, { resolve, reject });
      else reject(answer.kind === "lost" ? this.#interrupted(request, answer.why) : refusal(answer.code, request.what, request.path));
    });
    return promise;
  }

  /** Why a request cannot be sent now; undefined where it can. */
  #hindrance({ what, path, payload }: Request<unknown>): ZooKeeperError | undefined {
    const end = this.#hands.end();
    const state = this.#hands.state();
    const bytes = payload?.byteLength() ?? 0;
    if (end !== undefined) return new ZooKeeperError(end.code, `${what} was not sent: ${end.message}`, path);
    if (state === "lost") return new ZooKeeperError("SessionLost", `${what} was not sent: the session may have expired`, path);
    if (state !== "connected")
      return new ZooKeeperError("ConnectionLoss", `${what} was not sent: the connection to ZooKeeper is away`, path);
    if (bytes > longestRequest)
      return new ZooKeeperError("Server", `${what} was not sent: it has ${bytes} bytes, servers take 1 MiB`, path);
    return undefined;
  }

  /** Remembers a watch as soon as the server has: with its answer, before it can tell of a change. */
  #watch(request: Request<unknown>, answer: Answer, watching: Watching | undefined): void {
    if (watching === undefined || request.path === undefined) return;
    if (answer.kind === "answered") this.#hands.watches.add(watching.kind, request.path, watching.call);
    const isAbsent = answer.kind === "refused" && answer.code === noNode;
    if (isAbsent && watching.absent !== undefined) this.#hands.watches.add(watching.absent, request.path, watching.call);
  }

  #read<T>(request: Request<T>, body: Buffer, promise: { resolve(value: T): void; reject(error: ZooKeeperError): void }): void {
    try {
      promise.resolve(request.read(body));
    } catch (error) {
      promise.reject(this.#interrupted(request, messageOf(error)));
      throw error; // the connection, whose bytes make no sense, is dropped by its reader
    }
  }

  #interrupted({ what, path }: Request<unknown>, why: string): ZooKeeperError {
    const end = this.#hands.end();
    if (end !== undefined) return new ZooKeeperError(end.code, `${what} had no answer: ${end.message}`, path);
    return new ZooKeeperError("ConnectionLoss", `${what} had no answer (${why}): look whether it was carried out`, path);
  }
}
