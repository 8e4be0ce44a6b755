// A set of nodes of one taker, one below each parent: made in one transaction, found again where its answer was lost, and removed
// by their exact names.
//
// Promised: never two sets of one taker stand; `remove` removes nothing of anybody else's.
// Not promised: that what stood still stands. Somebody may have deleted it.
import { mapBounded } from "../zookeeper/bounded.ts";
import { type Operation, type Session, ZooKeeperError } from "../zookeeper/session.ts";

export interface NodeForm {
  /** Of the nodes; sorted, none twice. */
  readonly parents: readonly string[];
  /** The name without the server's digits. */
  readonly prefix: string;
  readonly text: string;
  /** Whether the prefix is this taker's alone. Else session and text say whose a node is. */
  readonly unique: boolean;
}

export class OwnNodes {
  readonly #session: Session;
  readonly #form: NodeForm;
  #paths: readonly string[] | undefined;
  /** An answer was lost: nodes may stand that are not known here. */
  #doubtful = false;

  constructor(session: Session, form: NodeForm) {
    this.#session = session;
    this.#form = form;
  }

  /** Answers the nodes' paths, in the order of the parents, and makes them first; undefined where a parent had to be made: try again. */
  async stand(): Promise<readonly string[] | undefined> {
    if (this.#doubtful) await this.#recover();
    this.#paths ??= await this.#create();
    return this.#paths;
  }

  async #create(): Promise<readonly string[] | undefined> {
    const { parents, prefix, text } = this.#form;
    const data = Buffer.from(text, "utf8");
    const node = (parent: string): Operation => ({ op: "create", path: `${parent}/${prefix}`, data, mode: "ephemeral-sequential" });
    try {
      return await this.#session.transaction(parents.map(node));
    } catch (error) {
      this.#doubtful = isUnanswered(error);
      if (!isRefusal(error, "NoNode")) throw error;
      await mapBounded(parents, (parent) => this.#session.createParents(parent, "lock"));
      return undefined;
    }
  }

  /** The transaction made all or nothing. All: the place in line is kept. Less: somebody deletes here, so all of it starts anew. */
  async #recover(): Promise<void> {
    const found = await this.#find();
    if (found.length === this.#form.parents.length) this.#paths = found;
    else await this.#removeAll(found);
    this.#doubtful = false;
  }

  async #find(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const parent of this.#form.parents) {
      await this.#session.sync(parent); // another server may answer now than the one that did it
      const names = (await this.#session.children(parent)) ?? [];
      for (const name of names.filter((each) => each.startsWith(this.#form.prefix))) {
        if (await this.#isOwn(`${parent}/${name}`)) found.push(`${parent}/${name}`);
      }
    }
    return found;
  }

  async #isOwn(path: string): Promise<boolean> {
    if (this.#form.unique) return true;
    const node = await this.#session.get(path);
    return node?.stat.ephemeralOwner === this.#session.id && node.data.toString("utf8") === this.#form.text;
  }

  /** What is gone already is no error. */
  async remove(): Promise<void> {
    await this.#removeAll(this.#doubtful ? await this.#find() : (this.#paths ?? []));
    this.#paths = undefined;
    this.#doubtful = false;
  }

  async #removeAll(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    try {
      if (this.#form.unique) await this.#session.transaction(paths.map((path) => ({ op: "remove", path, version: -1 })));
      else await this.#removeEach(paths);
    } catch (error) {
      if (!isRefusal(error, "NoNode")) throw error;
      await this.#removeEach(paths);
    }
  }

  async #removeEach(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      try {
        // A name without an id may be another's by now, where the lock path was removed and made anew.
        if (await this.#isOwn(path)) await this.#session.remove(path, -1);
      } catch (error) {
        if (!isRefusal(error, "NoNode")) throw error;
      }
    }
  }
}

/** Whether the call may have been carried out, and another one may be answered. */
export function isUnanswered(error: unknown): boolean {
  return isRefusal(error, "ConnectionLoss") || isRefusal(error, "Timeout");
}

function isRefusal(error: unknown, code: ZooKeeperError["code"]): boolean {
  return error instanceof ZooKeeperError && error.code === code;
}
