// A server that speaks just enough of ZooKeeper's protocol to misbehave on purpose, frame by frame, as a test says.
// By default it grants every handshake and answers every request with success and zeros.
import { createServer, type Server, type Socket } from "node:net";

/** `xid` -4 and type 100 are credentials; type 1 is create, 3 exists, 4 get, 9 sync (heartbeats are), 14 a transaction, -11 the end. */
export interface FakeRequest {
  readonly xid: number;
  readonly type: number;
}

export interface Script {
  /** Instead of granting: called once per connection, with its number from 0. */
  handshake?(connection: FakeConnection, number: number): void;
  /** Instead of answering with zeros. */
  request?(connection: FakeConnection, request: FakeRequest): void;
}

const frameOf = (...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([int(body.length), body]);
};
const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const emptyStat = Buffer.alloc(68);
/** Of exists, get and multi; the other requests that are used here are answered without a body. */
const bodies: Readonly<Record<number, Buffer>> = { 3: emptyStat, 4: Buffer.concat([int(0), emptyStat]), 14: multiHeader(-1, true, -1) };

function multiHeader(type: number, done: boolean, code: number): Buffer {
  return Buffer.concat([int(type), Buffer.from([done ? 1 : 0]), int(code)]);
}

export class FakeConnection {
  readonly requests: FakeRequest[] = [];
  readonly #socket: Socket;
  constructor(socket: Socket) {
    this.#socket = socket;
  }
  /** A timeout of 0 says that the session has expired. A password has 16 bytes. */
  grant(timeoutMs = 4_000, session = 7n, password = Buffer.alloc(16)): void {
    this.raw(frameOf(int(0), int(timeoutMs), long(session), int(password.length), password));
  }
  answer({ xid, type }: FakeRequest, code = 0): void {
    this.raw(this.answerBytes({ xid, type }, code));
  }
  answerBytes({ xid, type }: FakeRequest, code = 0): Buffer {
    return frameOf(int(xid), long(1n), int(code), code === 0 ? (bodies[type] ?? Buffer.alloc(0)) : Buffer.alloc(0));
  }
  raw(bytes: Buffer): void {
    this.#socket.write(bytes);
  }
  /** To a transaction whose only operation is refused. */
  refuseOperation({ xid }: FakeRequest, code: number): void {
    this.raw(frameOf(int(xid), long(1n), int(0), multiHeader(-1, false, code), int(code), multiHeader(-1, true, -1)));
  }
  close(): void {
    this.#socket.destroy();
  }
}

export class FakeZooKeeper {
  readonly connections: FakeConnection[] = [];
  readonly #server: Server;
  readonly #script: Script;

  private constructor(script: Script) {
    this.#script = script;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static start(script: Script = {}): Promise<FakeZooKeeper> {
    const fake = new FakeZooKeeper(script);
    return new Promise((resolve) => fake.#server.listen(0, "127.0.0.1", () => resolve(fake)));
  }

  readonly address = "127.0.0.1";

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the fake server does not listen");
    return address.port;
  }

  get connectString(): string {
    return `${this.address}:${this.port}`;
  }

  stop(): Promise<void> {
    for (const connection of this.connections) connection.close();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const connection = new FakeConnection(socket);
    const number = this.connections.push(connection) - 1;
    let bytes = Buffer.alloc(0);
    let greeted = false;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const frame = bytes.subarray(4, 4 + bytes.readInt32BE(0));
        bytes = bytes.subarray(4 + frame.length);
        if (greeted) this.#request(connection, { xid: frame.readInt32BE(0), type: frame.readInt32BE(4) });
        else this.#handshake(connection, number);
        greeted = true;
      }
    });
  }

  #handshake(connection: FakeConnection, number: number): void {
    if (this.#script.handshake === undefined) connection.grant();
    else this.#script.handshake(connection, number);
  }

  #request(connection: FakeConnection, request: FakeRequest): void {
    connection.requests.push(request);
    if (this.#script.request === undefined) connection.answer(request);
    else this.#script.request(connection, request);
  }
}

/** A script that grants a session that outlives the test, except to the connections of these numbers. */
export function lasting(...closed: readonly number[]): Script {
  return { handshake: (connection, n) => (closed.includes(n) ? connection.close() : connection.grant(30_000)) };
}
