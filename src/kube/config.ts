// Which cluster to talk to, and as whom.
//
// Promised: one pool of connections per set of TLS credentials, for every call and every watch (client-node itself opens a
// new TLS connection for each request); certificates and token files are read anew, so a rotated one is used at the next
// call. Not promised: that the cluster can be reached.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { KubeConfig, type RequestContext } from "@kubernetes/client-node";
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from "undici";
import { messageOf } from "../shared/errors.ts";

export interface KubeOptions {
  /** Path of a kubeconfig. Without one: $KUBECONFIG, ~/.kube/config, then the Pod's own service account. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** Throws with what to do when there is no such file or context, or no cluster at all. */
export function loadKube(options: KubeOptions = {}): KubeConfig {
  const config = new PooledKubeConfig();
  if (options.kubeconfig === undefined) loadDefault(config);
  else loadFile(config, options.kubeconfig);
  if (options.context !== undefined) config.setCurrentContext(options.context);
  if (config.getCurrentCluster() === null) throw new Error(noSuchContext(config));
  return config;
}

/** The namespace that the current context (or the Pod's service account) names; "default" where it names none. */
export function namespaceOf(config: KubeConfig): string {
  return config.getContextObject(config.getCurrentContext())?.namespace ?? "default";
}

function loadFile(config: KubeConfig, path: string): void {
  try {
    config.loadFromFile(path);
  } catch (error) {
    throw new Error(`cannot read the kubeconfig ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function loadDefault(config: KubeConfig): void {
  config.loadFromDefault();
  // What client-node falls back to when it found nothing; nobody runs an API server there.
  if (config.getCurrentCluster()?.server !== "http://localhost:8080") return;
  throw new Error("no cluster is configured: name a kubeconfig, set KUBECONFIG, or run in a Pod that has a service account token");
}

function noSuchContext(config: KubeConfig): string {
  const names = config.getContexts().map((context) => context.name);
  const known = names.length > 0 ? `its contexts are: ${names.join(", ")}` : "it has no contexts";
  return `the kubeconfig has no usable context ${JSON.stringify(config.getCurrentContext())}; ${known}`;
}

class PooledKubeConfig extends KubeConfig {
  #pool: { readonly key: string; readonly dispatcher: Dispatcher } | undefined;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const options: RequestOptions = {};
    await this.applyToHTTPSOptions(options);
    for (const [name, value] of Object.entries(options.headers ?? {})) context.setHeaderParam(name, String(value));
    if (typeof options.auth === "string") context.setHeaderParam("Authorization", `Basic ${Buffer.from(options.auth).toString("base64")}`);
    const token = this.#tokenFromFile();
    if (token !== undefined) context.setHeaderParam("Authorization", `Bearer ${token}`);
    context.setDispatcher(this.#dispatcher(tlsOf(options)));
  }

  /** client-node keeps a token for a minute; after a 401 that is a minute too long, and the file is small. */
  #tokenFromFile(): string | undefined {
    const file: unknown = this.getCurrentUser()?.authProvider?.config?.tokenFile;
    return typeof file === "string" ? readFileSync(file, "utf8").trim() : undefined;
  }

  #dispatcher(tls: buildConnector.BuildOptions): Dispatcher {
    const proxy = this.getCurrentCluster()?.proxyUrl;
    const key = createHash("sha256")
      .update(JSON.stringify([tls, proxy]))
      .digest("hex");
    if (this.#pool?.key === key) return this.#pool.dispatcher;
    // The old pool ends when its last request has: a watch on it is not cut.
    void this.#pool?.dispatcher.close();
    this.#pool = { key, dispatcher: open(tls, proxy) };
    return this.#pool.dispatcher;
  }
}

function tlsOf(options: RequestOptions): buildConnector.BuildOptions {
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
  const all = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function open(tls: buildConnector.BuildOptions, proxy: string | undefined): Dispatcher {
  // Keep-alive probes find a peer that vanished without a word; HTTP/1.1, so that one dead connection holds one request.
  const pool = { keepAliveTimeout: 60_000, headersTimeout: 0, bodyTimeout: 0, allowH2: false };
  const connect = { keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 };
  if (proxy === undefined) return new Agent({ ...pool, connect: { ...tls, ...connect } });
  if (!/^https?:/.test(proxy)) throw new Error(`the kubeconfig's proxy-url ${proxy} is not supported: use an http or https proxy`);
  return new ProxyAgent({ ...pool, uri: proxy, requestTls: tls, connect });
}
