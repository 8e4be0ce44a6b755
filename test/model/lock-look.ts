// What the project's own look shows of the znodes of a state, and the transactions that the project's own code would send after it.
//
// The real functions run against a ZooKeeper in memory that is built from the state. They are asynchronous and the explorer is
// not: what is not known yet is asked for, and computed before the explorer goes on (`complete`).
import { lockFactsOf } from "../../src/controller/lock-facts.ts";
import { writeNodePrefix } from "../../src/protocol/lock-nodes.ts";
import { heldData, type RunIdentity, signalData, writeNodeData } from "../../src/protocol/node-data.ts";
import { fencesRoot, heldOf, heldRoot, root } from "../../src/protocol/paths.ts";
import type { LocksFacts } from "../../src/window/observed.ts";
import { promoteRun, raiseSignals } from "../../src/zookeeper/promote.ts";
import { queueRun } from "../../src/zookeeper/queue.ts";
import { releaseRun } from "../../src/zookeeper/release.ts";
import type { RunLook } from "../../src/zookeeper/run-locks.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Operation } from "../../src/zookeeper/session.ts";
import { MemorySession } from "../support/memory-session.ts";
import { MemoryZooKeeper } from "../support/memory-zookeeper.ts";
import { remembered } from "./interned.ts";
import type { Change, LockNode, Op, Owner, PathName, RunName, Signal, Znodes } from "./parts.ts";
import { runNames } from "./parts.ts";
import { identity, installation, pathNames, places } from "./places.ts";
import type { Setting } from "./setting.ts";
import type { Shortcut } from "./shortcuts.ts";
import { inWords } from "./transaction.ts";

/** What one look at one run's locks shows. `changes`: what the project's code would send; undefined where it sends nothing. */
export interface LockLook {
  readonly facts: LocksFacts;
  readonly changes: Readonly<Record<Change, readonly Op[] | undefined>>;
}

export class LockLooks {
  readonly #known = new Map<string, LockLook>();
  readonly #missing = new Map<string, { readonly znodes: Znodes; readonly run: RunName }>();
  readonly #setting: Pick<Setting, "locks" | "signals">;
  readonly #shortcut: Shortcut | undefined;
  readonly keyOf = remembered(keyOf);

  constructor({ locks, signals, shortcut }: Pick<Setting, "locks" | "signals" | "shortcut">) {
    this.#setting = { locks, signals };
    this.#shortcut = shortcut;
  }

  /** Undefined: not known yet, and asked for. */
  at(znodes: Znodes, run: RunName): LockLook | undefined {
    const key = run + this.keyOf(znodes);
    const known = this.#known.get(key);
    if (known === undefined) this.#missing.set(key, { znodes, run });
    return known;
  }

  /** Computes what was asked for; answers whether there was anything. */
  async complete(): Promise<boolean> {
    const asked = [...this.#missing];
    this.#missing.clear();
    for (const [key, { znodes, run }] of asked) this.#known.set(key, await this.#compute(znodes, run));
    return asked.length > 0;
  }

  async #compute(znodes: Znodes, run: RunName): Promise<LockLook> {
    const zookeeper = this.build(znodes);
    const identified = this.#identity(run);
    const look = await lookAtRun(new MemorySession(zookeeper), identified);
    const send = async (change: Change, code: typeof queueRun) => {
      const shown = this.#shortcut?.mask?.(look, change) ?? look;
      const recorder = new Recorder(zookeeper);
      // To queue a promoted run is an error of the caller.
      if (change === "queue" && shown.held.kind === "promoted") return undefined;
      const commit = await code(recorder, identified, shown);
      const [operations] = commit.kind === "done" ? recorder.recorded : [];
      return operations && this.#sent(this.inWords(operations, znodes, run), change, look);
    };
    const changes = {
      queue: await send("queue", queueRun),
      promote: await send("promote", promoteRun),
      raise: await send("raise", raiseSignals),
      release: await send("release", releaseRun),
    };
    return { facts: lockFactsOf(look, identified), changes };
  }

  inWords(operations: readonly Operation[], znodes: Znodes, run: RunName): readonly Op[] {
    const ownNodes = (path: PathName) => znodes.queues[path].flatMap((node, i) => (node.who === run ? [nameOf(node, i)] : []));
    return operations.map((operation) => inWords(operation, { P: ownNodes("P"), Q: ownNodes("Q") }, run));
  }

  #identity(run: RunName): RunIdentity {
    return identity(run, this.#setting);
  }

  #sent(ops: readonly Op[], change: Change, look: RunLook): readonly Op[] {
    const sent = this.#shortcut?.sent?.(ops, change, look) ?? ops;
    return this.#shortcut?.fenceless ? sent.filter((op) => op.on !== "fence" && op.on !== "own fence") : sent;
  }

  build({ queues, signals, held }: Znodes): MemoryZooKeeper {
    const zookeeper = new MemoryZooKeeper();
    const create = (path: string, data: Buffer, owner: Owner = "none") =>
      zookeeper.apply([{ op: "create", path, data, mode: owner === "none" ? "persistent" : "ephemeral" }], "somebody");
    const { A, B } = places.ownFence;
    for (const path of ["/locks", root, heldRoot, heldOf(installation), fencesRoot, A, B]) create(path, nothing);
    for (const run of runNames) if (held[run] !== undefined) create(places.held[run], heldData(this.#identity(run)), held[run]);
    for (const name of pathNames) {
      const { path, signalPath, fence } = places[name];
      const signal = signals[name];
      create(fence, nothing);
      create(path, nothing);
      if (signal !== undefined) create(signalPath, signalBytes(signal), signal.owner);
      const record = zookeeper.tree.get(signalPath);
      if (record !== undefined) record.version = signal?.version ?? 0;
      for (const [i, node] of queues[name].entries()) create(`${path}/${nameOf(node, i)}`, this.#bytesOf(node, signalPath), node.owner);
    }
    return zookeeper;
  }

  #bytesOf({ who }: LockNode, signalPath: string): Buffer {
    return who === "A" || who === "B" ? writeNodeData(this.#identity(who), signalPath) : nothing;
  }
}

function signalBytes({ runs }: Signal): Buffer {
  return runs === undefined ? Buffer.from("hello") : signalData(runs.map((runId) => ({ installation, runId })));
}

const nothing = Buffer.alloc(0);

function nameOf({ who }: LockNode, i: number): string {
  const prefix =
    who === "A" || who === "B" ? writeNodePrefix(who) : `_c_1ab0458d-ab17-43e2-b6d5-be8a7835f979-__${who === "F" ? "WRIT" : "READ"}__`;
  return `${prefix}${String(i).padStart(10, "0")}`;
}

/** Whose session a node is of does not matter to a look, nor which processor stands in the line. */
function keyOf({ queues, signals, held }: Znodes): string {
  const node = ({ who, owner }: LockNode) => (who.startsWith("r") ? "r" : who + (owner === "none" ? "!" : ""));
  const part = (path: PathName) => {
    const signal = signals[path];
    const runs = signal === undefined ? "-" : `${signal.runs?.join("") ?? "?"}${signal.owner === "none" ? "!" : ""}${signal.version}`;
    return `${queues[path].map(node).join("")} ${runs}`;
  };
  return `${part("P")} ${part("Q")} ${runNames.map((run) => (held[run] === undefined ? "-" : held[run] === "none" ? "!" : "?")).join("")}`;
}

/** Takes transactions down and sends nothing. */
export class Recorder extends MemorySession {
  readonly recorded: (readonly Operation[])[] = [];

  override async transaction(operations: readonly Operation[]): Promise<readonly string[]> {
    this.recorded.push(operations);
    return operations.map(() => "");
  }

  override async createParents(): Promise<void> {}
}
