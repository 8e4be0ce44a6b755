// What a request asks for, out of its method, its target and its headers. Pure; no value is mended, a wrong one is named.
//
// Promised: a request that did not come from the Pod's own programs is refused: a browser that was led here by a name of its own
// bears that name as Host, one that was led here by another page bears an Origin.
import { parseDuration } from "./durations.ts";

export interface Received {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly target: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** It came through a Unix socket, where a Host means nothing. */
  readonly viaSocket: boolean;
}

export type Asked =
  | { readonly kind: "gate"; readonly wait: Wait | undefined }
  | { readonly kind: "events" }
  | { readonly kind: "drain"; readonly waitMs: number }
  | { readonly kind: "leases" }
  | { readonly kind: "lease"; readonly id: string }
  | { readonly kind: "put-lease"; readonly id: string; readonly ttlMs: number }
  | { readonly kind: "end-lease"; readonly id: string }
  | Refused;

export interface Wait {
  readonly until: "open" | "closed";
  readonly ms: number;
}

export interface Refused {
  readonly kind: "refused";
  readonly status: 400 | 403 | 404 | 405;
  readonly error: string;
  readonly allow?: string;
}

export const longestWaitMs = 300_000;
const shortestTtlMs = 100;
const longestTtlMs = 24 * 3_600_000;
const usualTtlMs = 60_000;
const idRule = /^[A-Za-z0-9._-]{1,128}$/;
const hostRule = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

interface Route {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, (id: string, query: ReadonlyMap<string, string>) => Asked>>;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

const routes: readonly Route[] = [
  { path: /^\/v1\/gate$/, methods: { GET: (_, query) => gate(query) }, parameters: { GET: ["wait", "for"] } },
  { path: /^\/v1\/events$/, methods: { GET: () => ({ kind: "events" }) }, parameters: {} },
  { path: /^\/v1\/drain$/, methods: { POST: (_, query) => drain(query) }, parameters: { POST: ["wait"] } },
  { path: /^\/v1\/leases$/, methods: { GET: () => ({ kind: "leases" }) }, parameters: {} },
  {
    path: /^\/v1\/leases\/([^/]*)$/,
    methods: {
      GET: (id) => withId(id, { kind: "lease", id }),
      PUT: (id, query) => withId(id, putLease(id, query)),
      DELETE: (id) => withId(id, { kind: "end-lease", id }),
    },
    parameters: { PUT: ["ttl"] },
  },
];

export function readRequest(received: Received): Asked {
  const stranger = strangerIn(received);
  if (stranger !== undefined) return { kind: "refused", status: 403, error: stranger };
  const [path = "", ...rest] = received.target.split("?");
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match !== null) return onRoute(route, received.method, match[1] ?? "", rest.join("?"));
  }
  return {
    kind: "refused",
    status: 404,
    error: `${shown(path)}: there is /v1/gate, /v1/events, /v1/leases, /v1/leases/<id> and /v1/drain`,
  };
}

function strangerIn({ host, origin, viaSocket }: Received): string | undefined {
  if (origin !== undefined) return `Origin ${shown(origin)}: pages in a browser may not ask the gate`;
  if (viaSocket || hostRule.test(host ?? "")) return undefined;
  return `Host ${shown(host ?? "")}: ask for localhost, 127.0.0.1 or [::1]`;
}

function onRoute(route: Route, method: string, id: string, search: string): Asked {
  const asked = method === "HEAD" ? "GET" : method;
  const answer = Object.hasOwn(route.methods, asked) ? route.methods[asked] : undefined;
  const allowed = Object.keys(route.methods).flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]));
  if (answer === undefined) {
    const allow = allowed.join(", ");
    return { kind: "refused", status: 405, allow, error: `${shown(method)}: this can be asked with ${allow}` };
  }
  const known = route.parameters[asked] ?? [];
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (!known.includes(name)) return malformed(name, value, known.length === 0 ? "takes no parameter" : `there is ${known.join(" and ")}`);
    if (query.has(name)) return malformed(name, value, "is given twice");
    query.set(name, value);
  }
  return answer(id, query);
}

function gate(query: ReadonlyMap<string, string>): Asked {
  const until = query.get("for") ?? "open";
  if (until !== "open" && until !== "closed") return malformed("for", until, "can be open or closed");
  const wait = query.get("wait");
  if (wait === undefined)
    return query.has("for") ? malformed("for", until, "needs wait, such as wait=30s") : { kind: "gate", wait: undefined };
  const ms = duration("wait", wait, 0, longestWaitMs);
  return typeof ms === "number" ? { kind: "gate", wait: { until, ms } } : ms;
}

function drain(query: ReadonlyMap<string, string>): Asked {
  const wait = query.get("wait");
  const ms = wait === undefined ? 0 : duration("wait", wait, 0, longestWaitMs);
  return typeof ms === "number" ? { kind: "drain", waitMs: ms } : ms;
}

function putLease(id: string, query: ReadonlyMap<string, string>): Asked {
  const ttl = query.get("ttl");
  const ms = ttl === undefined ? usualTtlMs : duration("ttl", ttl, shortestTtlMs, longestTtlMs);
  return typeof ms === "number" ? { kind: "put-lease", id, ttlMs: ms } : ms;
}

function withId(id: string, asked: Asked): Asked {
  return idRule.test(id) ? asked : malformed("id", id, "must be 1 to 128 of A-Z a-z 0-9 . _ -");
}

function duration(name: string, text: string, least: number, most: number): number | Refused {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= least && ms <= most) return ms;
  return malformed(name, text, `must be a duration such as 30s, 500ms or 5m, from ${least}ms to ${most / 1000}s`);
}

function malformed(name: string, value: string, what: string): Refused {
  return { kind: "refused", status: 400, error: `${shown(name).slice(1, -1)} ${shown(value)}: ${what}` };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
