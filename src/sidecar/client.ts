// Asks a running gate over its loopback address or Unix socket.
//
// Promised: every call ends, with an answer or with `silent` and why. An answer that is no JSON is `silent` too: it is not the gate's.
import { request } from "node:http";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { addressText, type ListenAddress } from "./listen-address.ts";

export type GateAnswer =
  | { readonly kind: "answer"; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: "silent"; readonly message: string };

/** Besides what the gate was asked to wait. */
const patienceMs = 10_000;

export class GateClient {
  readonly #address: ListenAddress;
  readonly #clock: Clock;

  constructor(address: ListenAddress, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
  }

  /** `waitMs`: how long the gate may wait before it answers. */
  ask(method: "GET" | "PUT" | "POST" | "DELETE", path: string, waitMs = 0, signal?: AbortSignal): Promise<GateAnswer> {
    const address = this.#address;
    const at = address.kind === "unix" ? { socketPath: address.path } : { host: address.host, port: address.port };
    return new Promise((resolve) => {
      const silent = (error: unknown) =>
        resolve({ kind: "silent", message: `no gate answers at ${addressText(address)}: ${messageOf(error)}` });
      const call = request({ ...at, method, path, agent: false, ...(signal === undefined ? {} : { signal }) }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", silent);
        response.once("end", () => {
          const body = jsonOf(Buffer.concat(parts).toString());
          if (body === undefined) silent("it did not answer as a gate does");
          else resolve({ kind: "answer", status: response.statusCode ?? 0, body });
        });
      });
      const ms = waitMs + patienceMs;
      const cancel = this.#clock.after(ms, () => call.destroy(new Error(`no answer within ${ms / 1000} s`)));
      call.once("close", cancel);
      call.once("error", silent);
      call.end();
    });
  }
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
