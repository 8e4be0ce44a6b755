// Service accounts: whether the one that a Job names exists. Its Pods could not be created without it.
import { orUndefined } from "./errors.ts";
import { path } from "./json.ts";
import type { Rest } from "./rest.ts";

export interface ServiceAccounts {
  exists(namespace: string, name: string): Promise<boolean>;
}

export function createServiceAccounts(rest: Rest): ServiceAccounts {
  return {
    async exists(namespace, name) {
      const request = { method: "GET", path: path("api", "v1", "namespaces", namespace, "serviceaccounts", name) } as const;
      const answer = await orUndefined(rest.call<unknown>(`read ServiceAccount ${namespace}/${name}`, request));
      return answer !== undefined;
    },
  };
}
