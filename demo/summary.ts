// What the demo says at its end: a table, the findings, and one last line that a program can read. Pure.
import type { ServerCount, Verdict } from "./verdict.ts";

export interface Findings {
  readonly verdict: Verdict;
  readonly control: boolean;
  readonly drainMs: number | undefined;
  readonly server: ServerCount | undefined;
  readonly token: string | undefined;
}

export function summary(findings: Findings): readonly string[] {
  const { verdict, server, token } = findings;
  const lines = [...table(verdict)];
  if (verdict.jobMs !== undefined)
    lines.push(`the Job worked ${seconds(verdict.jobMs)} by its own log, with fencing token ${token ?? "none"}`);
  if (findings.drainMs !== undefined)
    lines.push(`the processors paused within ${round(findings.drainMs)} ms of the first one's gate shutting`);
  if (server !== undefined) {
    const heartbeats = `${server.heartbeats} heartbeats apart`;
    lines.push(`ZooKeeper received ${server.requests} requests during ${server.events} events (${heartbeats}; its own count)`);
  }
  for (const reason of verdict.reasons) lines.push(`- ${reason}`);
  if (findings.control && (verdict.overlap ?? 0) > 0) lines.push("this was the control run: without the gate, events meet the Job");
  return lines;
}

/** The last line: `demo: PASS overlap=0 …` or `demo: FAIL overlap=N …`. */
export function lastLine({ verdict, drainMs, server }: Findings): string {
  const sum = (of: "before" | "after") => verdict.processors.reduce((total, p) => total + p[of], 0);
  const pauses = verdict.processors.map((p) => p.pauseMs).filter((ms) => ms !== undefined);
  const fields = [
    `overlap=${verdict.overlap ?? "unknown"}`,
    `before=${sum("before")}`,
    `after=${sum("after")}`,
    `drain=${drainMs === undefined ? "unknown" : `${round(drainMs)}ms`}`,
    `pause=${pauses.length === 0 ? "unknown" : `${(Math.max(...pauses) / 1000).toFixed(1)}s`}`,
    `job=${verdict.jobMs === undefined ? "unknown" : `${(verdict.jobMs / 1000).toFixed(1)}s`}`,
    `requests-per-event=${server === undefined || server.events === 0 ? "unknown" : server.requests / server.events}`,
  ];
  return `demo: ${verdict.pass ? "PASS" : "FAIL"} ${fields.join(" ")}`;
}

function table({ processors }: Verdict): readonly string[] {
  if (processors.length === 0) return [];
  const width = Math.max(9, ...processors.map((p) => p.pod.length));
  const row = (cells: readonly string[]) =>
    `  ${(cells[0] ?? "").padEnd(width)}${cells
      .slice(1)
      .map((cell) => cell.padStart(12))
      .join("")}`;
  return [
    row(["events of", "before", "during", "after", "pause"]),
    ...processors.map((p) =>
      row([p.pod, String(p.before), String(p.during), String(p.after), p.pauseMs === undefined ? "-" : seconds(p.pauseMs)]),
    ),
  ];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const round = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));
