// One attempt at one server: the socket from the dial on, with a deadline for the handshake.
// Promised: after `cut`, and after `broken`, nothing of this socket is heard any more; an attempt that has not said `greeted`
// by its deadline breaks.
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { type TlsFiles, tlsOptions, tlsProblem } from "./tls.ts";

export interface LineEvents {
  open(): void;
  data(chunk: Buffer): void;
  drain(): void;
  broken(why: string): void;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Line {
  readonly socket: Socket;
  /** The handshake was answered: the deadline is off. */
  greeted(): void;
  cut(): void;
}

export interface Patience {
  readonly clock: Clock;
  readonly attemptTimeoutMs: number;
  readonly tls: TlsFiles | undefined;
}

/** Throws Error where a file of TLS cannot be used. */
export function dial(server: Address, how: Patience, events: LineEvents): Line {
  const { clock, attemptTimeoutMs, tls } = how;
  const socket = tls === undefined ? connect(server) : connectTls({ ...server, ...tlsOptions(tls, server.host, clock.now()) });
  let why = `the server closed the connection before it answered the handshake: ${reasons(tls)}`;
  let live = true;
  const greeted = () => {
    stopWaiting();
    why = "the server closed the connection";
  };
  const cut = () => {
    live = false;
    stopWaiting();
    socket.destroy();
  };
  const broken = (reason: string) => {
    if (!live) return;
    cut();
    events.broken(reason);
  };
  const stopWaiting = clock.after(attemptTimeoutMs, () => broken(`no answer to the handshake within ${Math.round(attemptTimeoutMs)} ms`));
  socket.setNoDelay();
  socket.on(tls === undefined ? "connect" : "secureConnect", () => live && events.open());
  socket.on("data", (chunk: Buffer) => live && events.data(chunk));
  socket.on("drain", () => live && events.drain());
  socket.on("error", (error) => {
    why = tls === undefined || error.message === "" ? plainly(error) : tlsProblem(error, tls);
  });
  socket.on("close", () => broken(why));
  return { socket, greeted, cut };
}

/** An error of several addresses of one name has no message of its own. */
function plainly(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((one: unknown) => messageOf(one)).join(", ");
}

/** Servers give none. */
function reasons(tls: TlsFiles | undefined): string {
  const own = tls === undefined ? "or want TLS" : "or refuse this side's certificate";
  return `it may have no leader yet, serve no more clients, ${own}`;
}
