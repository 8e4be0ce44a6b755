// A line of its own from one client to the API server, on which single requests can be held back: what a client sent before it
// was stopped arrives when a test says so, whether or not anybody still waits for the answer. Loopback HTTP to the client.
//
// Promised: a request that is held back has not reached the server; `deliver` brings all of them there, in the order in which they
// were sent. Everything else passes as it is, watches too. Not promised: upgraded connections (exec, port-forward).
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { type Dispatcher, request as send } from "undici";

export interface LineRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
}

export interface Delivered {
  readonly request: LineRequest;
  /** The server's answer: an HTTP status. */
  readonly status: number;
}

interface Held {
  readonly request: LineRequest;
  deliver(): Promise<Delivered>;
}

const SENT_ON = ["accept", "content-type", "user-agent"] as const;

export class ApiLine {
  readonly #config: KubeConfig;
  readonly #server: Server;
  readonly #directory: string;
  readonly #held: Held[] = [];
  #isHeldBack: (request: LineRequest) => boolean = () => false;

  private constructor(config: KubeConfig, directory: string) {
    this.#config = config;
    this.#directory = directory;
    this.#server = createServer((request, response) => void this.#take(request, response).catch(() => response.destroy()));
  }

  static async start(config: KubeConfig): Promise<ApiLine> {
    const line = new ApiLine(config, await mkdtemp(join(tmpdir(), "api-line-")));
    await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", resolve));
    await writeFile(line.kubeconfig, line.#kubeconfigText());
    return line;
  }

  /** Path of a kubeconfig for the client; its context is "line". */
  get kubeconfig(): string {
    return join(this.#directory, "kubeconfig");
  }

  /** From now on requests like these are held back, besides those that were asked for before. */
  holdBack(isOne: (request: LineRequest) => boolean): void {
    const before = this.#isHeldBack;
    this.#isHeldBack = (request) => before(request) || isOne(request);
  }

  get held(): readonly LineRequest[] {
    return this.#held.map(({ request }) => request);
  }

  /** Brings what is held back to the server, and lets everything pass from now on. */
  async deliver(): Promise<readonly Delivered[]> {
    this.#isHeldBack = () => false;
    const answers: Delivered[] = [];
    for (const held of this.#held.splice(0)) answers.push(await held.deliver());
    return answers;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#directory, { recursive: true });
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    const { method = "GET", url: path = "/", headers } = incoming;
    const request: LineRequest = { method, path, body: Buffer.concat(parts).toString("utf8") };
    const pass = () => this.#pass(request, headers, response);
    if (this.#isHeldBack(request)) this.#held.push({ request, deliver: pass });
    else await pass();
  }

  async #pass(request: LineRequest, headers: IncomingMessage["headers"], response: ServerResponse): Promise<Delivered> {
    const gone = new AbortController();
    // A watch ends with its client; a request that was held back arrives in any case.
    if (request.method === "GET") response.once("close", () => gone.abort());
    const answer = await this.#send(request, headers, gone.signal);
    response.writeHead(answer.statusCode, answer.headers);
    response.flushHeaders();
    await pipeline(answer.body, response).catch(() => answer.body.destroy());
    return { request, status: answer.statusCode };
  }

  async #send(
    { method, path, body }: LineRequest,
    headers: IncomingMessage["headers"],
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const server = this.#config.getCurrentCluster()?.server ?? "";
    const context = new RequestContext(server.replace(/\/$/, "") + path, HttpMethod.GET);
    for (const name of SENT_ON) context.setHeaderParam(name, String(headers[name] ?? "*/*"));
    await this.#config.applySecurityAuthentication(context);
    const dispatcher = context.getDispatcher();
    return send(server.replace(/\/$/, "") + path, {
      method: method as Dispatcher.HttpMethod,
      headers: context.getHeaders(),
      signal,
      ...(dispatcher === undefined ? {} : { dispatcher }),
      ...(body === "" ? {} : { body }),
    });
  }

  #kubeconfigText(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the line does not listen");
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "line", cluster: { server: `http://127.0.0.1:${address.port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "line", user: {} }],
      contexts: [{ name: "line", context: { cluster: "line", user: "line" } }],
      "current-context": "line",
    });
  }
}
