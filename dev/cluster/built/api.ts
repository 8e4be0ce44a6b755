// The few questions that the start itself asks the API server, without starting a kubectl for each.
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { layout } from "./layout.ts";

interface Access {
  readonly server: string;
  readonly token: string;
  readonly authority: Buffer;
}

const TIMEOUT_MS = 5000;

/** The administrator's access, from the kubeconfig that this cluster's start wrote. */
function readAccess(): Access {
  const config = JSON.parse(readFileSync(layout.kubeconfig, "utf8"));
  return {
    server: String(config.clusters[0].cluster.server),
    token: String(config.users[0].user.token),
    authority: Buffer.from(String(config.clusters[0].cluster["certificate-authority-data"]), "base64"),
  };
}

/** The body of the answer to a GET, or undefined where it is not 200 or there is none. */
export function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const { server, token, authority } = readAccess();
    const options = { ca: authority, headers: { authorization: `Bearer ${token}` }, timeout: TIMEOUT_MS, agent: false };
    const sent = request(`${server}${path}`, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", () => resolve(undefined));
      answer.on("end", () => resolve(answer.statusCode === 200 ? Buffer.concat(chunks).toString() : undefined));
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(undefined));
    sent.end();
  });
}

/** Whether the API server says that it can serve. */
export async function isApiReady(): Promise<boolean> {
  return (await ask("/readyz")) === "ok";
}

/** Whether the object at `path` has the condition as "True". */
export async function hasCondition(path: string, type: string): Promise<boolean> {
  const body = await ask(path);
  const conditions: readonly { type: string; status: string }[] = body === undefined ? [] : (JSON.parse(body).status?.conditions ?? []);
  return conditions.some((condition) => condition.type === type && condition.status === "True");
}
