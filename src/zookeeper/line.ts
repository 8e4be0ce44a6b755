// One attempt at one server: the socket from the dial on, with a deadline for the handshake.
// Promised: after `cut`, and after `broken`, nothing of this socket is heard any more; an attempt that has not said `greeted`
// by its deadline breaks.
import { connect, type Socket } from "node:net";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";

export interface LineEvents {
  open(): void;
  data(chunk: Buffer): void;
  drain(): void;
  broken(why: string): void;
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
}

export function dial(
  server: { readonly host: string; readonly port: number },
  { clock, attemptTimeoutMs }: Patience,
  events: LineEvents,
): Line {
  const socket = connect(server);
  let why = "the server closed the connection";
  let live = true;
  const cut = () => {
    live = false;
    greeted();
    socket.destroy();
  };
  const broken = (reason: string) => {
    if (!live) return;
    cut();
    events.broken(reason);
  };
  const greeted = clock.after(attemptTimeoutMs, () => broken(`no answer to the handshake within ${Math.round(attemptTimeoutMs)} ms`));
  socket.setNoDelay();
  socket.on("connect", () => live && events.open());
  socket.on("data", (chunk: Buffer) => live && events.data(chunk));
  socket.on("drain", () => live && events.drain());
  socket.on("error", (error) => {
    why = messageOf(error);
  });
  socket.on("close", () => broken(why));
  return { socket, greeted, cut };
}
