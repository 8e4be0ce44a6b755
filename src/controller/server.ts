// The controller's two small HTTP servers: health (/livez, /readyz) and metrics (/metrics).
// Liveness is the event loop's own turn. Readiness is what is handed in; a ZooKeeper outage is neither, since a restart would
// not mend it.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Check {
  readonly name: string;
  /** A reason why not, or undefined. */
  readonly problem: () => string | undefined;
}

export interface Page {
  readonly type: string;
  readonly body: string;
  readonly status?: number;
}

export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

export function healthPages(ready: readonly Check[]): Pages {
  return {
    "/livez": () => ({ type: "text/plain", body: "ok\n" }),
    "/readyz": () => {
      const lines = ready.map(({ name, problem }) => ({ name, why: problem() }));
      const bad = lines.some(({ why }) => why !== undefined);
      const body = lines.map(({ name, why }) => (why === undefined ? `[+]${name} ok` : `[-]${name} failed: ${why}`)).join("\n");
      return { type: "text/plain", body: `${body}\n${bad ? "not ready" : "ok"}\n`, status: bad ? 503 : 200 };
    },
  };
}

/** Port 0 takes any free one. Rejects when the port is taken. */
export async function serve(port: number, pages: Pages): Promise<RunningServer> {
  const server = createServer((request, response) => {
    const page = pages[(request.url ?? "").split("?")[0] ?? ""];
    const answer =
      page === undefined ? { type: "text/plain", body: `not found; there is ${Object.keys(pages).join(", ")}\n`, status: 404 } : page();
    Promise.resolve(answer).then(
      ({ type, body, status = 200 }) => response.writeHead(status, { "content-type": type }).end(body),
      (error: unknown) => response.writeHead(500, { "content-type": "text/plain" }).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
  return { port: portOf(server), close: () => closed(server) };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
