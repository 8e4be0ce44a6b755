// The connection of one session: node-zookeeper-client's ConnectionManager with its faults repaired. Dialling, reading and
// the end are done anew here; the queues, the handshake's request, the credentials and the records are the library's.
//
// Promised: every packet handed over is answered exactly once, at the latest when the connection breaks or ends; nothing waits
// in a queue while there is no connection, so that credentials always go first; no attempt lasts beyond its deadline; no byte
// of a server, and no error code, throws out of here; an end is final.
// Not promised: that a silent server is noticed (the watchdog does that, and calls `drop`).
import ConnectionManager from "node-zookeeper-client/lib/ConnectionManager.js";
import jute from "node-zookeeper-client/lib/jute/index.js";
import { messageOf } from "../shared/errors.ts";
import type { ConnectionEvents } from "./connection-events.ts";
import { DialOrder, type Server } from "./dial-order.ts";
import { endsSession, refusal, sessionMoved } from "./errors.ts";
import { FrameReader } from "./frames.ts";
import { dial, type Line, type Patience } from "./line.ts";
import { credentialsOf, type DigestLogin } from "./login.ts";
import { type Greeting, type Reply, readGreeting, readReply } from "./replies.ts";
import type { Request } from "./requests.ts";
import type { Servers } from "./servers.ts";
import { ZooKeeperError } from "./session.ts";
import { sessionName } from "./stat.ts";

export type Answer = ConnectionManager.Answer;

export interface ConnectionOptions extends Patience {
  readonly hosts: Servers["hosts"];
  readonly timeoutMs: number;
  readonly random: () => number;
  readonly login: DigestLogin | undefined;
}

const { CONNECTING, CONNECTED, DISCONNECTED, CLOSED } = ConnectionManager.STATES;
const lastXid = 0x7fff_ffff;
const nothing = () => undefined;

export class Connection extends ConnectionManager {
  /** Every frame handed to a socket since the session began, the handshakes' included, and the heartbeats among them. */
  readonly sent = { requests: 0, heartbeats: 0 };
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #order: DialOrder;
  #frames = new FrameReader();
  #line: Line | undefined;
  #cancelDial: () => void = nothing;
  #server = "";
  #sentAt = 0;
  #ended = false;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    super("replaced", { sessionTimeout: options.timeoutMs, spinDelay: 0 }, nothing);
    this.servers = options.hosts;
    this.xid = 1; // a first xid of 0 is never un-throttled by servers before 3.6
    this.#options = options;
    this.#events = events;
    this.#order = new DialOrder(options.hosts, options.random);
  }

  get isConnected(): boolean {
    return this.state === CONNECTED;
  }

  /** Sends a request on a connection that is there; `answered` is called once, at once where there is none. */
  send(request: Request<unknown>, answered: (answer: Answer) => void, heartbeat = false): void {
    const header = new jute.protocol.RequestHeader(0, request.type);
    if (!this.isConnected) answered({ kind: "lost", why: "there is no connection" });
    else this.packetQueue.push({ request: new jute.Request(header, request.payload), callback: answered, heartbeat });
  }

  /** Breaks the connection, if there is one, answers what waits on it, and dials again. */
  drop(why: string): void {
    if (this.#line === undefined || this.#ended) return;
    this.#cut();
    this.setState(DISCONNECTED);
    this.#order.failed(this.#server, why);
    const waiting = this.#takeWaiting();
    this.#events.disconnected(`${this.#server}: ${why}`);
    for (const packet of waiting) packet.callback({ kind: "lost", why });
    if (!this.#ended) this.connect();
  }

  /** Ends it for good and answers what waits; no event follows. */
  end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cut();
    this.setState(CLOSED);
    for (const packet of this.#takeWaiting()) packet.callback({ kind: "lost", why });
  }

  override connect(): void {
    this.setState(CONNECTING);
    const next = this.#order.next(this.sessionTimeout);
    if (next === undefined) this.#over(this.#order.unreachable());
    else if (next.waitMs === 0) this.#dial(next.server);
    else this.#cancelDial = this.#options.clock.after(next.waitMs, () => this.#dial(next.server));
  }

  #dial(server: Server): void {
    this.#server = `${server.host}:${server.port}`;
    this.#frames = new FrameReader(); // half a frame of the last connection must not reach this one
    try {
      const { login } = this.#options;
      this.credentials = login === undefined ? [] : [{ scheme: login.scheme, auth: credentialsOf(login) }];
      this.#line = dial(server, this.#options, {
        open: () => this.onSocketConnected(),
        data: (chunk) => this.onSocketData(chunk),
        drain: () => this.onSocketDrain(),
        broken: (why) => this.drop(why),
      });
      this.socket = this.#line.socket;
    } catch (error) {
      this.#unable(messageOf(error));
    }
  }

  /** A file of certificates or credentials cannot be used: the same for every server, so an opening ends; a session waits for it. */
  #unable(why: string): void {
    this.setState(DISCONNECTED);
    if (this.#order.wasAccepted) this.#events.disconnected(why);
    else this.#over(new ZooKeeperError("AuthFailed", why));
    if (!this.#ended) this.connect();
  }

  override onSocketConnected(): void {
    this.#sentAt = this.#options.clock.monotonic();
    this.sent.requests += 1;
    super.onSocketConnected();
  }

  /** Writes what is queued, until the socket is full: "drain" comes back here. */
  override onPacketQueueReadable(): void {
    while (this.isConnected && this.socket !== undefined) {
      const packet = this.packetQueue.shift();
      if (packet === undefined || !this.socket.write(this.#numbered(packet))) return;
    }
  }

  /** The packet's bytes; a request that is answered by its number is numbered and waits in order. */
  #numbered(packet: ConnectionManager.Packet): Buffer {
    const { request } = packet;
    if (request.header.type !== jute.OP_CODES.AUTH) {
      request.header.xid = this.xid;
      this.xid = this.xid === lastXid ? 1 : this.xid + 1;
      this.pendingQueue.push(packet);
    }
    this.sent.requests += 1;
    if (packet.heartbeat) this.sent.heartbeats += 1;
    return request.toBuffer();
  }

  override onSocketData(chunk: Buffer): void {
    const line = this.#line;
    try {
      for (const frame of this.#frames.push(chunk)) {
        if (line === this.#line) this.#take(frame); // or else an earlier frame ended this connection
      }
    } catch (error) {
      this.drop(`an answer could not be read: ${messageOf(error)}`);
    }
  }

  #take(frame: Buffer): void {
    if (this.isConnected) this.#replied(readReply(frame));
    else this.#greeted(readGreeting(frame));
  }

  #replied(reply: Reply): void {
    switch (reply.kind) {
      case "pong":
        break;
      case "credentials":
        if (reply.code !== 0) this.#over(new ZooKeeperError("AuthFailed", `${this.#server} refused the credentials (${reply.code})`));
        break;
      case "changed":
        this.#events.changed(reply.event, reply.path);
        break;
      case "answer":
        this.#answered(reply);
        break;
    }
  }

  /** A server answers no timeout where it knows the session no more; some quietly give another session instead. */
  #greeted(greeting: Greeting): void {
    const known = sessionName(this.sessionId);
    const given = sessionName(greeting.sessionId);
    if (greeting.timeoutMs <= 0) this.#over(new ZooKeeperError("SessionLost", `session ${known} has expired, says ${this.#server}`));
    else if (!this.#order.wasAccepted || known === given) this.#accept(greeting);
    else this.#over(new ZooKeeperError("SessionLost", `${this.#server} gave session ${given} for ${known}: what that held is gone`));
  }

  #accept({ timeoutMs, sessionId, password }: Greeting): void {
    this.#line?.greeted();
    this.#order.accepted();
    this.sessionId = sessionId;
    this.sessionPassword = password;
    this.updateTimeout(timeoutMs);
    this.setState(CONNECTED);
    // the first heartbeat, sent at once, takes the credentials along that wait before it
    this.#events.connected({ id: sessionName(sessionId), timeoutMs, sentAt: this.#sentAt, server: this.#server });
  }

  #answered({ xid, code, zxid, body }: Extract<Reply, { kind: "answer" }>): void {
    const packet = this.pendingQueue[0];
    const due = packet?.request.header.xid;
    // a request that ends the connection is answered with the others that wait on it
    if (packet === undefined || due !== xid) this.drop(`answer ${xid} came where ${due ?? "none"} was due`);
    else if (code === sessionMoved) this.drop("the session was moved to another connection");
    else if (endsSession(code)) this.#over(refusal(code, "the session"));
    else {
      this.pendingQueue.shift();
      if (zxid.readBigInt64BE() > this.zxid.readBigInt64BE()) this.zxid = zxid;
      packet.callback(code === 0 ? { kind: "answered", body } : { kind: "refused", code });
    }
  }

  #over(error: ZooKeeperError): void {
    if (this.#ended) return;
    this.#events.over(error);
    this.end(error.message);
  }

  #cut(): void {
    this.#cancelDial();
    this.#line?.cut();
    this.#line = undefined;
    this.socket = undefined;
  }

  #takeWaiting(): readonly ConnectionManager.Packet[] {
    return [...this.pendingQueue.splice(0), ...this.packetQueue.queue.splice(0)];
  }
}
