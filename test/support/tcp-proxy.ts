// A network between a client and a server that can be broken in the ways a network breaks: cut (both see it at once, between two
// frames or in the middle of one), reset, held (a black hole: connections stay, no byte passes, and what was sent is not lost),
// delayed, refused, and with bytes in it that no server sent.
import { connect, createServer, type Server, type Socket } from "node:net";

type Mode = "open" | "held" | "refused";

interface Target {
  readonly address: string;
  readonly port: number;
}

export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<Socket>();
  #mode: Mode = "open";
  /** How many bytes may still reach a client before everything is cut; undefined: any number. */
  #bytesLeft: number | undefined;
  #delayMs = 0;

  private constructor(target: Target) {
    this.#server = createServer({ pauseOnConnect: true }, (client) => this.#join(client, connect(target.port, target.address)));
  }

  /** Listens at `address`, by default 127.0.0.1. */
  static start(target: Target, address = "127.0.0.1"): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    return new Promise((resolve, reject) => {
      proxy.#server.once("error", reject).listen(0, address, () => resolve(proxy));
    });
  }

  get connectString(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return `${address.address}:${address.port}`;
  }

  /** Ends every connection; new ones pass. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends every connection as soon as that many more bytes have reached a client; new ones pass. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  /** Every client gets these bytes as if its server had sent them. */
  inject(bytes: Buffer): void {
    for (const client of this.#clients) client.write(bytes);
  }

  /** Ends every connection by a reset; new ones pass. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** From now on every byte takes so much longer, in both directions, until `open`. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** From now on no byte passes, and new connections get no answer, until `open`. */
  hold(): void {
    this.#mode = "held";
    for (const socket of this.#sockets) socket.pause();
  }

  /** Ends every connection and any new one. */
  refuse(): void {
    this.#mode = "refused";
    this.cut();
  }

  open(): void {
    this.#mode = "open";
    this.#delayMs = 0;
    for (const socket of this.#sockets) socket.resume();
  }

  stop(): Promise<void> {
    this.refuse();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #deliver(client: Socket, chunk: Buffer): void {
    const left = this.#bytesLeft;
    if (left === undefined || left > chunk.length) {
      if (left !== undefined) this.#bytesLeft = left - chunk.length;
      client.write(chunk);
    } else {
      this.#bytesLeft = undefined;
      client.end(chunk.subarray(0, left), () => this.cut());
    }
  }

  #join(client: Socket, server: Socket): void {
    this.#clients.add(client);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      const line = new Line((chunk) => (to === client ? this.#deliver(client, chunk) : to.write(chunk)));
      from.on("data", (chunk: Buffer) => line.send(chunk, this.#delayMs));
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        this.#clients.delete(from);
        to.destroy();
      });
      if (this.#mode === "open") from.resume();
      else from.pause();
    }
    if (this.#mode === "refused") client.destroy();
  }
}

/** One direction of a connection: bytes arrive in the order in which they were sent, whatever delay each of them meets. */
class Line {
  readonly #arrive: (chunk: Buffer) => void;
  readonly #onTheWay: { readonly chunk: Buffer; readonly dueMs: number }[] = [];

  constructor(arrive: (chunk: Buffer) => void) {
    this.#arrive = arrive;
  }

  send(chunk: Buffer, delayMs: number): void {
    if (delayMs === 0 && this.#onTheWay.length === 0) this.#arrive(chunk);
    else if (this.#onTheWay.push({ chunk, dueMs: performance.now() + delayMs }) === 1) this.#deliver();
  }

  #deliver(): void {
    for (let first = this.#onTheWay[0]; first !== undefined; first = this.#onTheWay[0]) {
      const waitMs = first.dueMs - performance.now();
      if (waitMs > 0) return void setTimeout(() => this.#deliver(), waitMs);
      this.#onTheWay.shift();
      this.#arrive(first.chunk);
    }
  }
}
