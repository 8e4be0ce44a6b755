// The high-water mark of the fencing tokens, in a ConfigMap: the one memory of them that outlives a rebuilt ZooKeeper.
//
// Promised: a token is stored before it is answered, and no two calls, of any controller, answer the same or a lower one.
// Not promised: that each stored token was used (the answer of a call may be lost), or anything once the ConfigMap was
// deleted by hand: then the tokens start again at what the caller asks for.
import { isKubeError, KubeError, orUndefined } from "./errors.ts";
import { path } from "./json.ts";
import type { Rest } from "./rest.ts";

export interface FencingMark {
  /** max(mark + 1, atLeast), stored. Throws `Invalid` when the ConfigMap holds something else than a decimal number. */
  raise(atLeast: bigint): Promise<bigint>;
}

interface ConfigMap {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly data?: { readonly mark?: string };
}

const name = "exclusive-window-fencing";
const attempts = 10;

export function createFencingMark(rest: Rest, namespace: string): FencingMark {
  const where = path("api", "v1", "namespaces", namespace, "configmaps");
  const what = `raise the fencing mark in ConfigMap ${namespace}/${name}`;

  async function attempt(atLeast: bigint): Promise<bigint> {
    const found = (await orUndefined(rest.call<ConfigMap>(what, { method: "GET", path: where + path(name) })))?.body;
    const mark = found === undefined ? 0n : markOf(found, what);
    const token = mark + 1n > atLeast ? mark + 1n : atLeast;
    const data = { mark: token.toString() };
    if (found === undefined) {
      await rest.call<unknown>(what, {
        method: "POST",
        path: where,
        body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data },
      });
    } else {
      const body = { metadata: { resourceVersion: found.metadata?.resourceVersion }, data };
      await rest.call<unknown>(what, { method: "PATCH", path: where + path(name), body, contentType: "application/merge-patch+json" });
    }
    return token;
  }

  return {
    async raise(atLeast) {
      for (let left = attempts - 1; ; left--) {
        try {
          return await attempt(atLeast);
        } catch (error) {
          if (left === 0 || !isKubeError(error, "Conflict", "AlreadyExists", "NotFound")) throw error;
        }
      }
    },
  };
}

function markOf(found: ConfigMap, what: string): bigint {
  const text = found.data?.mark ?? "";
  // Starting again at 0 here would hand out tokens that were used before.
  if (/^\d+$/.test(text)) return BigInt(text);
  const written = JSON.stringify(text);
  throw new KubeError("Invalid", what, `cannot ${what}: data.mark is ${written}; set it to a number that no fencing token has reached`);
}
