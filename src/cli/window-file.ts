// The windows of a manifest: one YAML or JSON file of any number of documents, lists as kubectl prints them among them. Objects of
// other kinds are passed over. Nothing is promised of a window but that it says when it falls due.
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { group, kind } from "../crds/meta.ts";
import { messageOf } from "../shared/errors.ts";
import { readTiming, type Timing } from "./timing.ts";

export interface NamedTiming extends Timing {
  /** With its namespace where it has one: "orders/nightly-compaction". */
  readonly name: string;
}

export type WindowFile =
  | { readonly kind: "windows"; readonly windows: readonly NamedTiming[] }
  | { readonly kind: "problem"; readonly message: string };

const text = z.string().catch("");
const objectSchema = z.object({
  apiVersion: text,
  kind: text,
  metadata: z.object({ name: text, namespace: text }).catch({ name: "", namespace: "" }),
  spec: z.unknown().optional(),
  items: z.array(z.unknown()).catch([]),
});
type KubernetesObject = z.infer<typeof objectSchema>;

/** `file` is how messages name it. */
export function readWindowFile(content: string, file: string): WindowFile {
  const problem = (message: string): WindowFile => ({ kind: "problem", message: `${file}: ${message}` });
  let documents: readonly unknown[];
  try {
    documents = documentsOf(content);
  } catch (error) {
    return problem(`is not YAML: ${messageOf(error).split("\n")[0]?.replace(/:$/, "")}`);
  }
  const windows: NamedTiming[] = [];
  for (const { metadata, spec } of documents.flatMap(objectsOf).filter(isWindow)) {
    const name = [metadata.namespace, metadata.name || "(no name)"].filter((part) => part !== "").join("/");
    const timing = readTiming(spec ?? {});
    if (timing.kind === "problem") return problem(`${kind} ${name}: ${timing.message}`);
    windows.push({ ...timing, name });
  }
  return windows.length === 0 ? problem(`holds no ${kind} of ${group}`) : { kind: "windows", windows };
}

/** @throws Error where one of them cannot be read. */
function documentsOf(content: string): readonly unknown[] {
  const documents = parseAllDocuments(content);
  return [...documents].map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    return object;
  });
}

function objectsOf(document: unknown): readonly KubernetesObject[] {
  return objectOf(document).flatMap((object) => (object.kind.endsWith("List") ? object.items.flatMap(objectOf) : [object]));
}

/** None where it is not an object at all. */
function objectOf(document: unknown): readonly KubernetesObject[] {
  const { success, data } = objectSchema.safeParse(document);
  return success ? [data] : [];
}

function isWindow(object: KubernetesObject): boolean {
  return object.kind === kind && object.apiVersion.startsWith(`${group}/`);
}
