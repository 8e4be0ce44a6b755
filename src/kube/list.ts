// Uncached lists, page by page: what the API server knows now.
import { isKubeError, KubeError } from "./errors.ts";
import type { Page } from "./json.ts";
import type { Rest } from "./rest.ts";

export interface Selectors {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Of each object only what stands in its metadata: a tenth of the bytes where nothing else is read. */
  readonly metadataOnly?: boolean;
}

export interface Listing<T> {
  readonly items: readonly T[];
  /** A watch that starts here misses nothing. */
  readonly resourceVersion: string;
}

/** Every page comes from the same instant. One whose continue token grew too old is begun anew, once. */
export async function listAll<T>(rest: Rest, what: string, path: string, selectors: Selectors = {}): Promise<Listing<T>> {
  try {
    return await pages(rest, what, path, selectors);
  } catch (error) {
    if (!isKubeError(error, "Gone")) throw error;
    return await pages(rest, what, path, selectors);
  }
}

async function pages<T>(rest: Rest, what: string, path: string, selectors: Selectors): Promise<Listing<T>> {
  const items: T[] = [];
  const { metadataOnly = false, ...query } = selectors;
  let next: string | undefined;
  for (;;) {
    const { body } = await rest.call<Page<T> | undefined>(what, {
      method: "GET",
      path,
      query: { ...query, limit: 500, continue: next },
      accept: metadataOnly ? partial("PartialObjectMetadataList") : undefined,
    });
    // A proxy that answers 200 with something else must not pass for an empty cluster.
    if (body?.items === undefined || body.metadata?.resourceVersion === undefined) {
      throw new KubeError("Unavailable", what, `cannot ${what}: the answer is not a list`);
    }
    items.push(...(body.items ?? []));
    next = body.metadata.continue === "" ? undefined : body.metadata.continue;
    if (next === undefined) return { items, resourceVersion: body.metadata.resourceVersion };
  }
}

/** A server that cannot answer in this form answers with whole objects. */
export function partial(kind: "PartialObjectMetadata" | "PartialObjectMetadataList"): string {
  return `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;
}
