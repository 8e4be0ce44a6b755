// The program's HTTP side: a probe, metrics, and what a test asks for.
import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";
import type { RecordsAnswer, StatsAnswer } from "../event-processor/answers.ts";

export interface Answers {
  readonly register: Registry;
  readonly stats: () => StatsAnswer;
  readonly records: (from: number) => RecordsAnswer;
}

/** Listens on all addresses of the Pod; rejects when the port is taken. */
export function startServer(port: number, answers: Answers): Promise<Server> {
  const server = createServer((request, response) => {
    answer(new URL(request.url ?? "/", "http://localhost"), answers).then(
      ([status, type, body]) => response.writeHead(status, { "content-type": type }).end(body),
      (error: unknown) => response.writeHead(500, { "content-type": "text/plain" }).end(String(error)),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve(server));
  });
}

async function answer(url: URL, { register, stats, records }: Answers): Promise<readonly [number, string, string]> {
  const json = (body: object) => [200, "application/json", JSON.stringify(body)] as const;
  switch (url.pathname) {
    // A processor that pauses for a window is well: it works as it should.
    case "/healthz":
      return [200, "text/plain", "ok"];
    case "/metrics":
      return [200, register.contentType, await register.metrics()];
    case "/stats":
      return json(stats());
    case "/records": {
      const from = Number(url.searchParams.get("from") ?? "0");
      return Number.isInteger(from) && from >= 0 ? json(records(from)) : [400, "text/plain", "from: a whole number from 0"];
    }
    default:
      return [404, "text/plain", "try /healthz, /metrics, /stats or /records?from=0"];
  }
}
