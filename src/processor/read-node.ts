// The read node of one session, and the mark beside the lock path that says "I hold one and will tell when I stop". Both are made
// and removed together. A session that dies takes the node with it and leaves the mark: that is how the controller tells a reader
// that vanished from one that released.
// Promised: a mark stands whenever its read node does, unless marks may not be made here. Not promised: that a mark without a
// node is still of interest; the controller clears those away.
import { readNodePrefix } from "../protocol/lock-nodes.ts";
import { parentPath, readerMarkPath } from "../protocol/paths.ts";
import type { Log } from "../shared/log.ts";
import { type Operation, type Session, ZooKeeperError } from "../zookeeper/session.ts";

export interface ReadNodeSettings {
  readonly lockPath: string;
  /** What node and mark carry, for people. */
  readonly owner: string;
  /** A canonical lower-case UUID that no other session uses. */
  readonly uuid: string;
  readonly log: Log;
}

export class ReadNode {
  readonly #session: Session;
  readonly #settings: ReadNodeSettings;
  readonly mark: string;
  /** False once the servers refused a mark: then this reader's end is as unknown to the controller as any Curator's. */
  #marks = true;

  constructor(session: Session, settings: ReadNodeSettings) {
    this.#session = session;
    this.#settings = settings;
    this.mark = readerMarkPath(settings.lockPath, settings.uuid);
  }

  /** Answers the node's path; undefined where something was missing that has been made, or is done without: try again. */
  async create(): Promise<string | undefined> {
    const { lockPath, owner, uuid } = this.#settings;
    const data = Buffer.from(owner, "utf8");
    const node: Operation = { op: "create", path: `${lockPath}/${readNodePrefix(uuid)}`, data, mode: "ephemeral-sequential" };
    const mark: Operation = { op: "create", path: this.mark, data, mode: "persistent" };
    try {
      const made = await this.#session.transaction(this.#marks ? [mark, node] : [node]);
      return made.at(-1);
    } catch (error) {
      if (!(error instanceof ZooKeeperError)) throw error;
      await (this.#marks && error.operation === 0 ? this.#clearTheWay(error) : this.#makeParents(error, lockPath));
      return undefined;
    }
  }

  /** For the mark. */
  async #clearTheWay(error: ZooKeeperError): Promise<void> {
    if (error.code === "NodeExists") return this.forget(this.mark);
    try {
      if (error.code !== "NoAuth") return await this.#makeParents(error, parentPath(this.mark));
    } catch (refusal) {
      if (!(refusal instanceof ZooKeeperError) || refusal.code !== "NoAuth") throw refusal;
    }
    const text = "this processor may make no mark beside the lock path: if it dies, nobody can tell that it did not release";
    this.#settings.log.warn(text, { path: this.mark });
    this.#marks = false;
  }

  async #makeParents(error: ZooKeeperError, path: string): Promise<void> {
    if (error.code !== "NoNode") throw error;
    await this.#session.createParents(path);
  }

  /** Removes the node and the mark. What is gone already is no error. */
  async remove(path: string): Promise<void> {
    if (!this.#marks) return this.forget(path);
    try {
      await this.#session.transaction([
        { op: "remove", path, version: -1 },
        { op: "remove", path: this.mark, version: -1 },
      ]);
    } catch (error) {
      if (!(error instanceof ZooKeeperError) || error.code !== "NoNode") throw error;
      await this.forget(path);
      await this.forget(this.mark);
    }
  }

  /** Removes what calls whose answers were lost may have left, but for those marks. */
  async removeStrays(kept: readonly string[]): Promise<void> {
    const { lockPath, uuid } = this.#settings;
    const names = (await this.#session.children(lockPath)) ?? [];
    for (const name of names.filter((each) => each.startsWith(readNodePrefix(uuid)))) await this.forget(`${lockPath}/${name}`);
    if (this.#marks && !kept.includes(this.mark)) await this.forget(this.mark);
  }

  /** What is gone already is no error. */
  async forget(path: string): Promise<void> {
    try {
      await this.#session.remove(path, -1);
    } catch (error) {
      if (!(error instanceof ZooKeeperError) || error.code !== "NoNode") throw error;
    }
  }
}
