// Takes one or several locks, on all their paths or on none, in any dialect, beside whoever else speaks it.
//
// One transaction creates the nodes on all paths, so all of them are created at one instant. Two takers that share paths therefore
// stand in the same order on each of them: the later one waits for the earlier, never the other way round, and a chain of such waits
// leads to ever earlier takers and ends with one who waits for nobody. The order of the paths plays no part in that. (A program that takes
// its locks one after another can still wait for us on one path while we wait for it on another, whatever its order: see
// docs/reference/dialects.md. Only a time-out ends that.) Of CuratorSemaphoreMutex the same holds in line; the leases are taken, again all in
// one transaction, by whoever is first in line everywhere, and the holder of a lease waits for nobody.
// Then one loop: look, do one thing, look again; watches only wake it. A taker whose node was deleted gives up all its places and
// queues anew on all paths, or it would stand in two places of time.
// Promised: when this resolves without the locks nothing of ours stands in line, or the session is over.
import {
  type Dialect,
  grantOf,
  leaseGrant,
  leasePrefix,
  leasesPath,
  nodePrefix,
  nodeText,
  queuePath,
  sequenceProblemOf,
} from "../protocol/dialects.ts";
import type { Grant } from "../protocol/lock-order.ts";
import { parentPath } from "../protocol/paths.ts";
import { Bell } from "../shared/bell.ts";
import { type Session, ZooKeeperError } from "../zookeeper/session.ts";
import { watchNode } from "../zookeeper/watch-node.ts";
import { Holding } from "./holding.ts";
import { type Acquisition, inOrder, type LockRequest, requestProblem } from "./lock-request.ts";
import { isUnanswered, OwnNodes } from "./own-nodes.ts";
import { isOver, removed } from "./removal.ts";

export type { Acquisition, HeldLocks, LockRequest } from "./lock-request.ts";

/** Looking once in a while costs nothing and forgives a lost watch. */
const whileWaitingMs = 30_000;
/** After an answer that never came. The session rings when its connection is back. */
const afterLossMs = 200;
/** Of those in the way, in an answer. */
const mostNames = 20;

/** Throws ZooKeeperError where the servers refuse to remove what was created. */
export async function acquireLocks(session: Session, request: LockRequest): Promise<Acquisition> {
  const problem = requestProblem(request);
  if (problem !== undefined) return { kind: "refused", message: problem };
  return new Taker(session, request).take();
}

type Step =
  | { readonly kind: "again" }
  /** For the bell. `ahead`: the paths of those who are in the way. */
  | { readonly kind: "wait"; readonly ms: number; readonly ahead: readonly string[] }
  | { readonly kind: "end"; readonly acquisition: Acquisition };

const again: Step = { kind: "again" };

/** The nodes of one attempt. */
interface Attempt {
  readonly key: string;
  readonly line: OwnNodes;
  readonly leases: OwnNodes | undefined;
  /** On so many paths nobody is before us in line, in their order; nobody can come before us there any more. */
  first: number;
  /** The nodes that are the locks, once nobody is in the way. */
  granted: readonly string[] | undefined;
}

class Taker {
  readonly #session: Session;
  readonly #request: LockRequest;
  readonly #paths: readonly string[];
  readonly #bell = new Bell();
  readonly #ring = () => this.#bell.ring();
  readonly #giveUpAt: number;
  #attempt: Attempt;

  constructor(session: Session, request: LockRequest) {
    this.#session = session;
    this.#request = request;
    this.#paths = inOrder(request.paths);
    this.#giveUpAt = request.clock.monotonic() + (request.timeoutMs ?? Number.POSITIVE_INFINITY);
    this.#attempt = this.#newAttempt();
  }

  async take(): Promise<Acquisition> {
    const { clock, signal } = this.#request;
    const stop = this.#session.onState(this.#ring);
    signal?.addEventListener("abort", this.#ring);
    try {
      for (;;) {
        this.#bell.hear();
        const step = await this.#step();
        if (step.kind === "end") return step.acquisition;
        if (step.kind === "wait") await this.#bell.wait(clock, step.ms);
      }
    } finally {
      stop();
      signal?.removeEventListener("abort", this.#ring);
    }
  }

  async #step(): Promise<Step> {
    if (isOver(this.#session)) return { kind: "end", acquisition: { kind: "lost" } };
    if (this.#request.signal?.aborted) return this.#giveUp({ kind: "aborted" });
    const step = await this.#look().catch((error) => this.#failed(error));
    if (step.kind !== "wait") return step;
    const left = this.#giveUpAt - this.#request.clock.monotonic();
    if (left <= 0) return this.#giveUp({ kind: "timeout", ahead: step.ahead.slice(0, mostNames) });
    if (step.ahead.length > 0) this.#request.waiting?.(step.ahead);
    return { ...step, ms: Math.min(step.ms, left) };
  }

  async #look(): Promise<Step> {
    if (this.#session.state !== "connected") return wait(whileWaitingMs);
    if (this.#request.clock.monotonic() >= this.#session.leaseEnd) return wait(afterLossMs);
    const { granted } = this.#attempt;
    return granted === undefined ? this.#queue() : this.#hold(granted);
  }

  async #queue(): Promise<Step> {
    const { line, leases } = this.#attempt;
    const nodes = await line.stand();
    if (nodes === undefined) return again;
    const inLine = await this.#comeFirst(nodes);
    if (inLine !== undefined) return inLine;
    if (leases === undefined) this.#attempt.granted = nodes;
    return leases === undefined ? again : this.#lease(leases);
  }

  /** Undefined: nobody is before us anywhere. One predecessor is watched at a time: all our nodes stand in line meanwhile. */
  async #comeFirst(nodes: readonly string[]): Promise<Step | undefined> {
    const { dialect, mode } = this.#request;
    for (const node of nodes.slice(this.#attempt.first)) {
      const parent = parentPath(node);
      const names = (await this.#session.children(parent)) ?? [];
      const order = sequenceProblemOf(dialect, names);
      if (order?.kind === "wrapped") return this.#giveUp({ kind: "refused", message: `lock path ${parent}: ${order.message}` });
      const grant = grantOf(dialect, mode, names, nameOf(node));
      if (grant.kind === "absent") return this.#anew();
      if (grant.kind === "waiting") return this.#await(parent, grant);
      this.#attempt.first++;
    }
    return undefined;
  }

  /** The last one before us: when it has gone, most often all that queued before it have. */
  async #await(parent: string, { ahead }: Extract<Grant, { kind: "waiting" }>): Promise<Step> {
    const paths = ahead.map(({ name }) => `${parent}/${name}`);
    const stat = await watchNode(this.#session, paths.at(-1) ?? parent, this.#attempt.key, this.#ring);
    return stat === undefined ? again : wait(whileWaitingMs, paths);
  }

  /** As Curator does it: first in line, take a lease, and leave the line once no other lease stands beside it. */
  async #lease(leases: OwnNodes): Promise<Step> {
    const own = await leases.stand();
    if (own === undefined) return again;
    for (const lease of own) {
      const parent = parentPath(lease);
      const grant = leaseGrant((await this.#session.children(parent, this.#ring)) ?? [], nameOf(lease));
      if (grant.kind === "absent") return this.#anew();
      if (grant.kind === "waiting") return this.#stayFirst(grant.ahead.map(({ name }) => `${parent}/${name}`));
    }
    await this.#attempt.line.remove();
    this.#attempt.granted = own;
    return again;
  }

  /** Without the node in line another could take a lease beside ours, and each of the two would wait for the other. */
  async #stayFirst(ahead: readonly string[]): Promise<Step> {
    for (const node of (await this.#attempt.line.stand()) ?? []) {
      if ((await watchNode(this.#session, node, this.#attempt.key, this.#ring)) === undefined) return this.#anew();
    }
    return wait(whileWaitingMs, ahead);
  }

  /** The nodes are looked at once more: what was first when it was listed is first for as long as it stands. */
  async #hold(nodes: readonly string[]): Promise<Step> {
    const { key, line, leases } = this.#attempt;
    const locks = await Holding.of(this.#session, { nodes, set: leases ?? line, key, clock: this.#request.clock });
    return locks === undefined ? this.#anew() : { kind: "end", acquisition: { kind: "held", locks } };
  }

  async #anew(): Promise<Step> {
    await this.#removeAll();
    this.#attempt = this.#newAttempt();
    return again;
  }

  async #giveUp(acquisition: Acquisition): Promise<Step> {
    await this.#removeAll();
    return { kind: "end", acquisition };
  }

  /** Leases first: as long as we are first in line nobody else takes one. */
  async #removeAll(): Promise<void> {
    const { leases, line } = this.#attempt;
    await removed(this.#session, this.#request.clock, leases === undefined ? [line] : [leases, line]);
  }

  async #failed(error: unknown): Promise<Step> {
    if (!(error instanceof ZooKeeperError)) throw error;
    if (error.code === "SessionLost" || isUnanswered(error)) return wait(afterLossMs);
    return this.#giveUp({ kind: "refused", message: error.message });
  }

  #newAttempt(): Attempt {
    const { dialect, mode, owner, uuid } = this.#request;
    const key = uuid();
    const text = nodeText(dialect, owner, key);
    const prefix = nodePrefix(dialect, mode, key);
    const parents = this.#paths.map((path) => queuePath(dialect, path));
    const line = new OwnNodes(this.#session, { parents, prefix, text, unique: prefix.includes(key) });
    return { key, line, leases: this.#leases(dialect, key), first: 0, granted: undefined };
  }

  #leases(dialect: Dialect, key: string): OwnNodes | undefined {
    const parents = this.#paths.flatMap((path) => leasesPath(dialect, path) ?? []);
    if (parents.length === 0) return undefined;
    return new OwnNodes(this.#session, { parents, prefix: leasePrefix(key), text: this.#request.owner, unique: true });
  }
}

function wait(ms: number, ahead: readonly string[] = []): Step {
  return { kind: "wait", ms, ahead };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
