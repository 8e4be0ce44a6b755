// An API server with one collection of objects and every fault that a watch has met in the field. Loopback HTTP.
//
// Promised: lists and watches agree, as a real one's do: resourceVersions only grow, a watch tells what happened after the
// version that it names, a version before forget() is too old (410). Not promised: anything else that Kubernetes does.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface StubObject {
  readonly metadata: { readonly uid: string; readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly text?: string;
}

export type Fault =
  /** An answer that is not 200. */
  | { readonly kind: "status"; readonly code: number; readonly retryAfter?: string }
  /** The connection is cut instead of an answer. */
  | { readonly kind: "reset" }
  /** The request is taken, and nothing is ever said. */
  | { readonly kind: "mute" }
  /** 200, these bytes, and the connection stays open. */
  | { readonly kind: "bytes"; readonly bytes: string | Buffer }
  /** 200, and the answer ends at once, in order. */
  | { readonly kind: "close" };

export interface StubRequest {
  readonly kind: "list" | "watch";
  readonly query: URLSearchParams;
  /** Milliseconds, on the machine's monotonic clock. */
  readonly atMs: number;
  readonly authorization: string | undefined;
}

interface Happened {
  readonly version: number;
  readonly line: string;
}

export class StubApiServer {
  readonly requests: StubRequest[] = [];
  connections = 0;
  /** When set, any other bearer token is refused with 401. */
  token: string | undefined;
  /** While false, changes happen but no watch hears of them. */
  telling = true;
  #version = 100;
  #forgotten = 0;
  #port = 0;
  #server: Server | undefined;
  readonly #objects = new Map<string, StubObject>();
  readonly #history: Happened[] = [];
  readonly #watchers = new Set<ServerResponse>();
  readonly #sockets = new Set<Socket>();
  readonly #faults = { list: [] as Fault[], watch: [] as Fault[] };

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On the port of the first start. */
  async start(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    server.on("connection", (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** The next requests of that kind meet these faults, one each. */
  fail(kind: StubRequest["kind"], ...faults: readonly Fault[]): void {
    this.#faults[kind].push(...faults);
  }

  put(name: string, text = ""): void {
    const known = this.#objects.has(name);
    const metadata = { uid: `uid-${name}`, name, namespace: "stub", resourceVersion: String(++this.#version) };
    const object = { metadata, text };
    this.#objects.set(name, object);
    this.#tell(known ? "MODIFIED" : "ADDED", object);
  }

  remove(name: string): void {
    const object = this.#objects.get(name);
    if (object === undefined) return;
    this.#objects.delete(name);
    this.#tell("DELETED", { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } });
  }

  /** Tells every watch how far time has gone on, with no change of an object. */
  bookmark(): void {
    const line = event("BOOKMARK", { metadata: { resourceVersion: String(++this.#version) } });
    for (const watcher of this.#watchers) watcher.write(line);
  }

  /** Compaction: no watch can start before now. */
  forget(): void {
    this.#forgotten = this.#version;
  }

  /** Cuts the connections of all watches. */
  cut(): void {
    for (const watcher of this.#watchers) watcher.socket?.resetAndDestroy();
  }

  /** Ends all watches in order. */
  end(): void {
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  /** Writes to all watches, whatever it is. */
  say(bytes: string | Buffer): void {
    for (const watcher of this.#watchers) watcher.write(bytes);
  }

  get watching(): number {
    return this.#watchers.size;
  }

  count(kind: StubRequest["kind"]): number {
    return this.requests.filter((request) => request.kind === kind).length;
  }

  #tell(type: string, object: StubObject): void {
    if (!this.telling) return;
    const line = event(type, object);
    this.#history.push({ version: this.#version, line });
    for (const watcher of this.#watchers) watcher.write(line);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const query = new URL(request.url ?? "", this.url).searchParams;
    const kind = query.has("watch") ? "watch" : "list";
    const { authorization } = request.headers;
    this.requests.push({ kind, query, atMs: performance.now(), authorization });
    const fault = this.#faults[kind].shift();
    if (fault !== undefined) misbehave(fault, request, response);
    else if (this.token !== undefined && authorization !== `Bearer ${this.token}`) refuse(response, 401);
    else if (kind === "watch") this.#watch(query, response);
    else this.#list(query, response);
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get("continue") ?? 0);
    const limit = Number(query.get("limit") ?? Number.POSITIVE_INFINITY);
    const all = [...this.#objects.values()];
    const more = from + limit < all.length ? { continue: String(from + limit) } : {};
    const metadata = { resourceVersion: String(this.#version), ...more };
    response.end(JSON.stringify({ metadata, items: all.slice(from, from + limit) }));
  }

  #watch(query: URLSearchParams, response: ServerResponse): void {
    const since = Number(query.get("resourceVersion"));
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (since < this.#forgotten) {
      response.end(event("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" }));
      return;
    }
    for (const { version, line } of this.#history) if (version > since) response.write(line);
    this.#watchers.add(response);
    response.on("close", () => this.#watchers.delete(response));
  }
}

/** One line of a watch. */
export function event(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  switch (fault.kind) {
    case "status":
      refuse(response, fault.code, fault.retryAfter);
      return;
    case "reset":
      request.socket.resetAndDestroy();
      return;
    case "mute":
      return;
    case "bytes":
      response.writeHead(200);
      response.write(fault.bytes);
      return;
    case "close":
      response.writeHead(200).end();
      return;
  }
}

function refuse(response: ServerResponse, code: number, retryAfter?: string): void {
  response.writeHead(code, retryAfter === undefined ? {} : { "retry-after": retryAfter });
  response.end(JSON.stringify({ kind: "Status", code, message: `the stub answers ${code}` }));
}
