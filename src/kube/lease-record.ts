// The Lease object: one attempt to take or renew it, and its release.
import type { V1Lease } from "@kubernetes/client-node";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { isKubeError, orUndefined } from "./errors.ts";
import { type Json, path } from "./json.ts";
import { microTime } from "./micro-time.ts";
import type { Rest } from "./rest.ts";

export type LeaseAnswer =
  | { readonly kind: "held" }
  | { readonly kind: "other"; readonly holder: string }
  | { readonly kind: "unknown"; readonly error: string };

export interface LeaseRecord {
  /** Takes the Lease where it is free or expired, renews it where it is ours. Never throws. */
  take(): Promise<LeaseAnswer>;
  /** Lets go of it where it is still ours. */
  release(): Promise<void>;
}

export interface LeaseRecordOptions {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly leaseMs: number;
  /** For each call. */
  readonly deadlineMs: number;
  readonly rest: Rest;
  readonly clock: Clock;
}

export function createLeaseRecord(options: LeaseRecordOptions): LeaseRecord {
  const { clock, identity, namespace, name } = options;
  // When this process last saw the Lease change: the only measure of another holder's silence.
  let seen: { readonly version: string; readonly atMs: number } | undefined;

  function expired(lease: Json<V1Lease>): boolean {
    const version = lease.metadata?.resourceVersion ?? "";
    if (seen?.version !== version) seen = { version, atMs: clock.monotonic() };
    const durationMs = (lease.spec?.leaseDurationSeconds ?? options.leaseMs / 1000) * 1000;
    return clock.monotonic() - seen.atMs >= durationMs;
  }

  async function attempt(): Promise<LeaseAnswer> {
    const found = await orUndefined(call(options, "read", { method: "GET" }));
    const holder = found?.spec?.holderIdentity ?? "";
    if (found !== undefined && holder !== "" && holder !== identity && !expired(found)) return { kind: "other", holder };
    const spec = specOf(options, found?.spec);
    const body = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { ...found?.metadata, namespace, name }, spec };
    // A PUT carries the resourceVersion that was read: of two contenders one gets a conflict.
    if (found === undefined) await call(options, "create", { method: "POST", body });
    else await call(options, "renew", { method: "PUT", body });
    return { kind: "held" };
  }

  return {
    async take() {
      try {
        return await attempt();
      } catch (error) {
        return { kind: "unknown", error: messageOf(error) };
      }
    },
    async release() {
      const found = await orUndefined(call(options, "read", { method: "GET" }));
      if (found?.spec?.holderIdentity !== identity) return;
      const now = microTime(clock.now());
      const spec = { ...found.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
      await call(options, "release", { method: "PUT", body: { ...found, spec } }).catch(ignoreConflict);
    },
  };
}

function specOf(options: LeaseRecordOptions, found: Json<V1Lease>["spec"]): Json<V1Lease>["spec"] {
  const now = microTime(options.clock.now());
  const ours = found?.holderIdentity === options.identity;
  return {
    ...found,
    holderIdentity: options.identity,
    leaseDurationSeconds: Math.max(1, Math.round(options.leaseMs / 1000)),
    renewTime: now,
    acquireTime: ours ? (found?.acquireTime ?? now) : now,
    leaseTransitions: (found?.leaseTransitions ?? 0) + (found === undefined || ours ? 0 : 1),
  };
}

/** Somebody else has it by now: there is nothing to release. */
function ignoreConflict(error: unknown): undefined {
  if (!isKubeError(error, "Conflict", "NotFound")) throw error;
}

type Call = { readonly method: "GET" } | { readonly method: "POST" | "PUT"; readonly body: unknown };

async function call(options: LeaseRecordOptions, verb: string, request: Call): Promise<Json<V1Lease>> {
  const { namespace, name, deadlineMs } = options;
  const all = path("apis", "coordination.k8s.io", "v1", "namespaces", namespace, "leases");
  const where = request.method === "POST" ? all : all + path(name);
  const answer = await options.rest.call<Json<V1Lease>>(`${verb} Lease ${namespace}/${name}`, { ...request, path: where, deadlineMs });
  return answer.body;
}
