// Which cluster this is: by the uid of its namespace kube-system, which every cluster has from its first start to its end.
import { path } from "./json.ts";
import type { Rest } from "./rest.ts";

export interface ClusterIdentity {
  /** Throws KubeError. */
  uid(): Promise<string>;
}

export function createClusterIdentity(rest: Rest): ClusterIdentity {
  return {
    async uid() {
      const request = { method: "GET", path: path("api", "v1", "namespaces", "kube-system") } as const;
      const { body } = await rest.call<{ readonly metadata: { readonly uid: string } }>("read Namespace kube-system", request);
      return body.metadata.uid;
    },
  };
}
