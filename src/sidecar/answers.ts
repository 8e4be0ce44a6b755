// What is answered to each request: reads the door and the leases, and changes nothing but leases and the wish to drain.
//
// Promised: 200 to "is it open?" only while work may enter at that instant; whoever waits is answered by the state at the end of the
// wait, whatever it waited for.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../shared/clock.ts";
import { assertNever } from "../shared/errors.ts";
import type { Door } from "./door.ts";
import { streamStates } from "./event-stream.ts";
import type { GuardedLock } from "./joint-gate.ts";
import type { Leases, LeaseView } from "./leases.ts";
import { type Asked, readRequest, type Wait } from "./requests.ts";
import { type GateView, leaseView } from "./view.ts";

export interface AnswerParts {
  readonly door: Door;
  readonly leases: Leases;
  readonly locks: readonly GuardedLock[];
  readonly clock: Clock;
  readonly present: () => GateView;
  readonly viaSocket: boolean;
}

interface Reply {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const later = { "retry-after": "1" };
const mostStreams = 100;

export class Answers {
  readonly #parts: AnswerParts;
  #streams = 0;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: target = "", headers } = request;
    const asked = readRequest({ method, target, host: headers.host, origin: headers.origin, viaSocket: this.#parts.viaSocket });
    const reply = asked.kind === "events" && method === "GET" ? this.#stream(response) : await this.#reply(asked, response);
    if (reply !== undefined) send(response, reply);
  }

  #reply(asked: Asked, response: ServerResponse): Reply | Promise<Reply> {
    const { leases } = this.#parts;
    switch (asked.kind) {
      case "gate":
        return this.#gate(asked.wait, response);
      case "events":
        return { status: 200 };
      case "drain":
        return this.#drain(asked.waitMs, response);
      case "leases":
        return { status: 200, body: { leases: leases.list().map((lease) => this.#view(lease)) } };
      case "lease": {
        const lease = leases.find(asked.id);
        return lease === undefined ? unknownLease(asked.id) : { status: 200, body: this.#view(lease) };
      }
      case "put-lease":
        return this.#put(asked.id, asked.ttlMs);
      case "end-lease":
        return leases.end(asked.id) ? { status: 204 } : unknownLease(asked.id);
      case "refused":
        return { status: asked.status, body: { error: asked.error }, headers: asked.allow === undefined ? {} : { allow: asked.allow } };
      default:
        return assertNever(asked);
    }
  }

  async #gate(wait: Wait | undefined, response: ServerResponse): Promise<Reply> {
    const { door } = this.#parts;
    if (wait !== undefined) await this.#until(() => (door.look() === "open") === (wait.until === "open"), wait.ms, response);
    return this.#state();
  }

  #state(): Reply {
    const body = this.#parts.present();
    return body.open ? { status: 200, body } : { status: 423, body, headers: later };
  }

  async #drain(waitMs: number, response: ServerResponse): Promise<Reply> {
    const { door } = this.#parts;
    let drained = false;
    const closed = door.close().then(() => {
      drained = true;
    });
    await Promise.race([closed, this.#until(() => drained, waitMs, response)]);
    return { status: drained ? 200 : 202, body: { drained, ...this.#parts.present() } };
  }

  #put(id: string, ttlMs: number): Reply {
    const outcome = this.#parts.leases.put(id, ttlMs);
    switch (outcome.kind) {
      case "granted":
        return { status: 201, body: this.#view(outcome.lease) };
      case "renewed":
        return { status: 200, body: this.#view(outcome.lease) };
      case "lost": {
        const error = `lease ${id}: the read lock went from under it; stop its work, and give it back with DELETE`;
        return { status: 410, body: { error, ...this.#view(outcome.lease) } };
      }
      case "closed":
        return { ...this.#state(), status: 423, headers: later };
      case "full": {
        const error = `lease ${id}: there are ${this.#parts.leases.size} leases, and no more are given`;
        return { status: 429, body: { error }, headers: later };
      }
      default:
        return assertNever(outcome);
    }
  }

  #stream(response: ServerResponse): Reply | undefined {
    const { clock, door, present } = this.#parts;
    if (this.#streams >= mostStreams) {
      const error = `${this.#streams} programs listen to events already, and no more may`;
      return { status: 503, body: { error }, headers: later };
    }
    this.#streams++;
    response.once("close", () => this.#streams--);
    const told = () => {
      const view = present();
      return { state: view.state, data: JSON.stringify(view) };
    };
    streamStates(response, { clock, present: told, onChange: (listener) => door.onChange(listener) });
    return undefined;
  }

  /** Resolves when it holds, after `ms`, or when whoever asked has gone. */
  #until(holds: () => boolean, ms: number, response: ServerResponse): Promise<void> {
    const { clock, door } = this.#parts;
    return new Promise((resolve) => {
      if (holds()) return resolve();
      const end = () => {
        cancel();
        stop();
        response.removeListener("close", end);
        resolve();
      };
      const cancel = clock.after(ms, end);
      const stop = door.onChange(() => void (holds() && end()));
      response.once("close", end);
    });
  }

  #view(lease: LeaseView) {
    return leaseView(lease, this.#parts.locks, this.#parts.clock.now());
  }
}

function unknownLease(id: string): Reply {
  return { status: 404, body: { error: `lease ${id}: there is none of that name; it was given back, or its time has run out` } };
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  const content = body === undefined ? {} : { "content-type": "application/json" };
  response.writeHead(status, { ...content, "cache-control": "no-store", ...headers });
  response.end(body === undefined ? undefined : `${JSON.stringify(body)}\n`);
}
