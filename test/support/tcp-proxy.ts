// A network between a client and a server that can be broken in the ways a network breaks: cut (both see it at once), held
// (a black hole: connections stay, no byte passes, and what was sent is not lost), refused.
import { connect, createServer, type Server, type Socket } from "node:net";

type Mode = "open" | "held" | "refused";

export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mode: Mode = "open";

  private constructor(target: { readonly address: string; readonly port: number }) {
    this.#server = createServer({ pauseOnConnect: true }, (client) => this.#join(client, connect(target.port, target.address)));
  }

  static start(target: { readonly address: string; readonly port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    return new Promise((resolve) => proxy.#server.listen(0, "127.0.0.1", () => resolve(proxy)));
  }

  get connectString(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return `127.0.0.1:${address.port}`;
  }

  /** Ends every connection; new ones pass. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
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
    for (const socket of this.#sockets) socket.resume();
  }

  stop(): Promise<void> {
    this.refuse();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (chunk: Buffer) => to.write(chunk));
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#mode === "open") from.resume();
      else from.pause();
    }
    if (this.#mode === "refused") client.destroy();
  }
}
