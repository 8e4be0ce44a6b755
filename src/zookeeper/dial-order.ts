// Which server to ask next, and after what wait. While a session is being opened each server is asked once, without waiting: the
// caller hears soon, and decides when to try again. Once it is open: round and round, with a wait that grows and is spread.
import type { Servers } from "./servers.ts";
import { ZooKeeperError } from "./session.ts";

const firstWaitMs = 100;
const longestWaitMs = 2_000;

export type Server = Servers["hosts"][number];

export class DialOrder {
  readonly #servers: readonly Server[];
  readonly #random: () => number;
  readonly #faults = new Map<string, string>();
  #next = 0;
  /** Since a server last accepted the session. */
  #attempts = 0;
  #wasAccepted = false;

  constructor(servers: readonly Server[], random: () => number) {
    this.#servers = servers;
    this.#random = random;
  }

  get wasAccepted(): boolean {
    return this.#wasAccepted;
  }

  /** The next server, and for how many milliseconds to wait first; undefined where none is left to be asked. */
  next(sessionTimeoutMs: number): { readonly server: Server; readonly waitMs: number } | undefined {
    const server = this.#servers[this.#next % this.#servers.length];
    if (server === undefined || (!this.#wasAccepted && this.#attempts >= this.#servers.length)) return undefined;
    const rounds = Math.min(10, Math.floor(this.#attempts / this.#servers.length));
    const longest = Math.min(longestWaitMs, sessionTimeoutMs / 6, firstWaitMs * 2 ** rounds);
    this.#next += 1;
    this.#attempts += 1;
    return { server, waitMs: this.#wasAccepted ? (longest * (1 + this.#random())) / 2 : 0 };
  }

  accepted(): void {
    this.#wasAccepted = true;
    this.#attempts = 0;
  }

  failed(server: string, why: string): void {
    this.#faults.set(server, why);
  }

  /** What each of the servers did, last. */
  unreachable(): ZooKeeperError {
    const faults = [...this.#faults].map(([server, why]) => `${server}: ${why}`).join("; ");
    return new ZooKeeperError(
      "ConnectionLoss",
      `no ZooKeeper server took the session (${faults}): check the address, and that the server runs`,
    );
  }
}
