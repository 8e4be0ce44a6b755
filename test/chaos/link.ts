// The network between one process and its servers: a proxy for each of them, broken and mended together.
import { TcpProxy } from "../support/tcp-proxy.ts";

interface Address {
  readonly address: string;
  readonly port: number;
}

export class Link {
  readonly #proxies: readonly TcpProxy[];

  private constructor(proxies: readonly TcpProxy[]) {
    this.#proxies = proxies;
  }

  /** The proxies listen at `address`, by default 127.0.0.1. */
  static async to(servers: readonly Address[], address?: string): Promise<Link> {
    return new Link(await Promise.all(servers.map((server) => TcpProxy.start(server, address))));
  }

  get connectString(): string {
    return this.#proxies.map((proxy) => proxy.connectString).join(",");
  }

  cut(): void {
    for (const proxy of this.#proxies) proxy.cut();
  }

  reset(): void {
    for (const proxy of this.#proxies) proxy.reset();
  }

  /** Half-open: nobody hears anything, and nobody is told. */
  hold(): void {
    for (const proxy of this.#proxies) proxy.hold();
  }

  delay(ms: number): void {
    for (const proxy of this.#proxies) proxy.delay(ms);
  }

  mend(): void {
    for (const proxy of this.#proxies) proxy.open();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
  }
}
