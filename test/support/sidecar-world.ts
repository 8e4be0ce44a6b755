// Sidecars of a test, in this process, on a real ZooKeeper: started, asked over their own HTTP, and closed when the test ends.
import { onTestFinished } from "vitest";
import { z } from "zod";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { GateClient } from "../../src/sidecar/client.ts";
import { addressText } from "../../src/sidecar/listen-address.ts";
import { readSettings, type SidecarSettings } from "../../src/sidecar/settings.ts";
import { type Sidecar, startSidecar } from "../../src/sidecar/sidecar.ts";
import { eventually } from "./server-gate.ts";

export interface SidecarAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface TestedSidecar {
  readonly url: string;
  readonly client: GateClient;
  ask(method: "GET" | "PUT" | "POST" | "DELETE", path: string, waitMs?: number): Promise<SidecarAnswer>;
  /** What /v1/gate says. */
  state(): Promise<string>;
  is(state: string): Promise<void>;
  close(): Promise<void>;
}

/** `env` without the prefix of its variables; a port of its own unless it says where to listen. */
export async function aSidecar(env: Readonly<Record<string, string>>): Promise<TestedSidecar> {
  const sidecar = await startSidecar(settingsFrom(env), systemClock, silentLog);
  const client = new GateClient(sidecar.address, systemClock);
  onTestFinished(() => end(sidecar, client));
  const ask: TestedSidecar["ask"] = async (method, path, waitMs = 0) => {
    const answer = await client.ask(method, path, waitMs);
    if (answer.kind === "silent") throw new Error(answer.message);
    return answer;
  };
  const state = async () => String((await ask("GET", "/v1/gate")).body["state"]);
  return {
    url: `http://${addressText(sidecar.address)}`,
    client,
    ask,
    state,
    is: (wanted) => eventually(state).toBe(wanted),
    close: () => sidecar.close(),
  };
}

/** Without the leases that a test left: their time may be long. */
async function end(sidecar: Sidecar, client: GateClient): Promise<void> {
  const closed = sidecar.close();
  const answer = await client.ask("GET", "/v1/leases");
  const left = answer.kind === "answer" ? z.object({ leases: z.array(z.object({ id: z.string() })) }).parse(answer.body).leases : [];
  for (const { id } of left) await client.ask("DELETE", `/v1/leases/${id}`);
  await closed;
}

function settingsFrom(env: Readonly<Record<string, string>>): SidecarSettings {
  const given = Object.entries({ GATE_LISTEN: "127.0.0.1:0", ...env }).map(([name, value]) => [`EXCLUSIVE_WINDOW_${name}`, value]);
  const read = readSettings({ ...Object.fromEntries(given), POD_IP: "10.0.0.1" });
  if (read.kind === "problems") throw new Error(read.problems.join("; "));
  return read.settings;
}
