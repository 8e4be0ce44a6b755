// Reads a ZooKeeper server's own transaction log: every change of every node, in the order in which all clients see them.
// The one witness that misses nothing: a session with watches sees neither two changes in a row nor what comes while it is away.
// Reads the log of a running server too. Not promised: data, ACLs, or what was logged before the oldest file that is still there.
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

export interface LoggedChange {
  readonly zxid: bigint;
  /** Milliseconds since 1970 by the server's clock, taken before the change was made. */
  readonly timeMs: number;
  readonly path: string;
  readonly change: { readonly kind: "created"; readonly persistent: boolean } | { readonly kind: "removed" };
}

/** The types of transactions that make or remove nodes (ZooDefs.OpCode), and of those that were refused. */
const types = {
  create: 1,
  remove: 2,
  multi: 14,
  create2: 15,
  createContainer: 19,
  removeContainer: 20,
  createTtl: 21,
  closeSession: -11,
  error: -1,
};
const fileHeaderBytes = 16;
/** Far longer than any transaction (1 MiB and some). */
const chunkBytes = 4 * 1024 * 1024;
const zeros = Buffer.alloc(chunkBytes);

/** `dir`: the server's directory of handles (dev/zookeeper). */
export function readZooKeeperLog(dir: string): readonly LoggedChange[] {
  const logs = join(dir, "data", "version-2");
  const names = readdirSync(logs).filter((name) => name.startsWith("log."));
  const inOrder = names.toSorted((a, b) => (firstZxid(a) < firstZxid(b) ? -1 : 1));
  return inOrder.flatMap((name) => changesIn(written(join(logs, name))));
}

/** The file up to where the server has written: it fills it with zeros far ahead. */
function written(path: string): Buffer {
  const file = openSync(path, "r");
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(chunkBytes);
    const count = readSync(file, chunk, 0, chunkBytes, chunks.length * chunkBytes);
    chunks.push(chunk.subarray(0, count));
    if (count < chunkBytes || chunk.equals(zeros)) break;
  }
  closeSync(file);
  return Buffer.concat(chunks);
}

function firstZxid(name: string): bigint {
  return BigInt(`0x${name.slice("log.".length)}`);
}

function changesIn(bytes: Buffer): readonly LoggedChange[] {
  const changes: LoggedChange[] = [];
  // Checksum, length, transaction, end mark.
  for (let at = fileHeaderBytes; at + 12 <= bytes.length; ) {
    const length = bytes.readInt32BE(at + 8);
    const end = at + 12 + length;
    if (length <= 0 || bytes[end] !== 0x42) break;
    changes.push(...readTransaction(new Fields(bytes.subarray(at + 12, end))));
    at = end + 1;
  }
  return changes;
}

function readTransaction(fields: Fields): readonly LoggedChange[] {
  fields.skip(12); // session and its request number
  const zxid = fields.long();
  const timeMs = Number(fields.long());
  return changesOf(fields.int(), fields).map(({ path, change }) => ({ zxid, timeMs, path, change }));
}

type Change = Pick<LoggedChange, "path" | "change">;

function changesOf(type: number, fields: Fields): readonly Change[] {
  switch (type) {
    case types.create:
    case types.create2:
      return [readCreate(fields)];
    case types.createContainer:
    case types.createTtl:
      return [{ path: fields.text(), change: { kind: "created", persistent: true } }];
    case types.remove:
    case types.removeContainer:
      return [removal(fields.text())];
    case types.closeSession:
      return fields.isAtEnd ? [] : fields.list(() => fields.text()).map(removal);
    case types.multi:
      return readParts(fields);
    default:
      return [];
  }
}

/** One that was refused is logged too: with an error among its parts, the others as they were asked for. */
function readParts(fields: Fields): readonly Change[] {
  const parts = fields.list(() => ({ type: fields.int(), fields: new Fields(fields.bytes()) }));
  return parts.some(({ type }) => type === types.error) ? [] : parts.flatMap((part) => changesOf(part.type, part.fields));
}

function readCreate(fields: Fields): Change {
  const path = fields.text();
  fields.bytes(); // data
  fields.list(() => {
    fields.int();
    fields.text();
    fields.text();
  });
  return { path, change: { kind: "created", persistent: !fields.flag() } };
}

function removal(path: string): Change {
  return { path, change: { kind: "removed" } };
}

/** Jute, ZooKeeper's binary format: big-endian numbers, lengths before texts and lists. */
class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }
  skip(count: number): void {
    this.#at += count;
  }
  int(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }
  long(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }
  flag(): boolean {
    this.#at += 1;
    return this.#bytes[this.#at - 1] === 1;
  }
  bytes(): Buffer {
    const length = Math.max(0, this.int()); // -1: null
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  text(): string {
    return this.bytes().toString("utf8");
  }
  list<T>(read: () => T): readonly T[] {
    const count = Math.max(0, this.int());
    return Array.from({ length: count }, read);
  }
}
