// The processor's HTTP side: probes, numbers and records. Reads, never changes anything.
import { createServer, type Server } from "node:http";
import type { RecordsAnswer, StatsAnswer } from "./answers.ts";

export interface Answers {
  readonly stats: () => StatsAnswer;
  readonly records: (from: number) => RecordsAnswer;
  /** Whether the processor has come so far that it handles events, or would if its gate let it. */
  readonly isReady: () => boolean;
}

/** Listens on all addresses of the Pod; rejects when the port is taken. */
export function startServer(port: number, answers: Answers): Promise<Server> {
  const server = createServer((request, response) => {
    const [status, body] = answer(new URL(request.url ?? "/", "http://localhost"), answers);
    response.writeHead(status, { "content-type": typeof body === "string" ? "text/plain" : "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve(server));
  });
}

function answer(url: URL, answers: Answers): readonly [number, object | string] {
  switch (url.pathname) {
    case "/livez":
      return [200, "ok"];
    // A processor that pauses for a window is ready: it works as it should, and a rollout must not wait for the window's end.
    case "/readyz":
      return answers.isReady() ? [200, "ok"] : [503, "not connected to ZooKeeper yet"];
    case "/stats":
      return [200, answers.stats()];
    case "/records": {
      const from = Number(url.searchParams.get("from") ?? "0");
      return Number.isInteger(from) && from >= 0 ? [200, answers.records(from)] : [400, "from: a whole number from 0"];
    }
    default:
      return [404, "try /stats, /records?from=0, /livez or /readyz"];
  }
}
