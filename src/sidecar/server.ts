// The sidecar's HTTP server: hands each request to what answers it. docs/reference/sidecar.md is its description for users.
//
// Promised: it answers whatever the gate's state; the number of connections is bounded.
import { lstatSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { addressText, type ListenAddress } from "./listen-address.ts";

const mostConnections = 12_000;
const headersTimeoutMs = 10_000;
const lastWordsMs = 500;

export interface HttpServer {
  /** Where it listens: the port is the one that it got. */
  readonly address: ListenAddress;
  /** Ends what is still asked for. */
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Rejects where the address is taken, with words that name it. */
export async function serve(address: ListenAddress, handle: Handler, clock: Clock, log: Log): Promise<HttpServer> {
  const server = createServer({ headersTimeout: headersTimeoutMs, requestTimeout: headersTimeoutMs }, (request, response) => {
    // What is sent along is not read: nothing here takes a body.
    request.resume();
    response.on("error", () => {});
    Promise.resolve(handle(request, response)).catch((error: unknown) => {
      log.error("a request could not be answered", { url: request.url, error: messageOf(error) });
      response.destroy();
    });
  });
  server.maxConnections = mostConnections;
  await listen(server, address);
  return { address: boundTo(server, address), close: () => closed(server, clock) };
}

async function listen(server: Server, address: ListenAddress): Promise<void> {
  if (address.kind === "unix") await removeDead(address);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new Error(`cannot listen at ${addressText(address)}: ${messageOf(error)}`)));
    // The other containers of a Pod may run as other users.
    const at =
      address.kind === "unix" ? { path: address.path, readableAll: true, writableAll: true } : { host: address.host, port: address.port };
    server.listen(at, resolve);
  });
}

/** The socket of a predecessor that was killed stands in the way. One that answers is left alone, and listening fails. */
async function removeDead({ path }: Extract<ListenAddress, { kind: "unix" }>): Promise<void> {
  const isDead = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
  // A file that is no socket refuses connections too, and is somebody's.
  if (isDead && lstatSync(path).isSocket()) rmSync(path, { force: true });
}

function boundTo(server: Server, address: ListenAddress): ListenAddress {
  const bound = server.address();
  return address.kind === "tcp" && typeof bound === "object" && bound !== null ? { ...address, port: bound.port } : address;
}

/** What is being answered gets a moment to arrive; who waits or listens is cut off then. */
function closed(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(lastWordsMs, () => server.closeAllConnections());
    server.close(() => {
      cancel();
      resolve();
    });
  });
}
