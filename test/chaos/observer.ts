// Looks at the lock paths again and again, past all links: for the timeline, and for whether a write node stands while a Pod works.
// Promised: each look happened between its two instants. Not promised: that what came and went between two looks is seen, nor that
// a look is fresh: a leader that was stopped answers once more for the ensemble that it has lost, a sync too.
import { setTimeout as pause } from "node:timers/promises";
import { parseLockNode } from "../../src/protocol/lock-nodes.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import type { Instant, Span } from "../support/history/history.ts";
import { type PathName, znodesOf } from "./layout.ts";
import type { Stage } from "./stage.ts";
import { now } from "./timeline.ts";

export interface PathLook extends Span {
  readonly path: PathName;
  /** The write nodes that outlive their session. */
  readonly held: readonly HeldNode[];
}

export interface HeldNode {
  readonly name: string;
  /** When it was created, by the server's clock, which is this machine's. */
  readonly madeAt: Instant;
}

const EVERY_MS = 200;
const paths: readonly PathName[] = ["one", "two"];

export class Observer {
  readonly #stage: Stage;
  readonly #looks: PathLook[] = [];
  readonly #seen = new Map<PathName, string>();
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#loop = this.#run();
  }

  get looks(): readonly PathLook[] {
    return this.#looks;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // A look that fails, or takes long, tells nothing: the next one may.
      for (const path of paths) await this.#look(path).catch(() => {});
      await pause(EVERY_MS);
    }
  }

  async #look(path: PathName): Promise<void> {
    const session = this.#stage.session();
    const { lock, signal } = znodesOf(this.#stage.namespace, path);
    await session.sync(lock);
    const start = now();
    const names = (await session.children(lock)) ?? [];
    const readers = names.filter((name) => parseLockNode(name).kind === "read").length;
    const writers = names.filter((name) => parseLockNode(name).kind === "write");
    const stands = await Promise.all(writers.map(async (name) => ({ name, ...(await standing(session, `${lock}/${name}`)) })));
    const signalStands = (await standing(session, signal)).stands;
    const held = stands.filter((one) => one.stands === "persistent").map(({ name, madeAt }) => ({ name, madeAt }));
    this.#looks.push({ path, start, end: now(), held });
    this.#tell(path, [`signal ${signalStands}`, `${readers} readers`, ...stands.map((one) => `${one.name} ${one.stands}`)].join(", "));
  }

  #tell(path: PathName, text: string): void {
    const known = this.#seen.get(path)?.replace(/\d+ readers/, "");
    this.#seen.set(path, text);
    if (known !== text.replace(/\d+ readers/, "")) this.#stage.timeline.add(now(), `path ${path}: ${text}`);
  }
}

interface Standing {
  readonly stands: "absent" | "ephemeral" | "persistent";
  readonly madeAt: Instant;
}

async function standing(session: Session, path: string): Promise<Standing> {
  const stat = await session.exists(path);
  if (stat === undefined) return { stands: "absent", madeAt: now() };
  const madeAt = now() - BigInt(Math.round((Date.now() - stat.ctimeMs) * 1e6));
  return { stands: stat.ephemeralOwner === undefined ? "persistent" : "ephemeral", madeAt };
}
