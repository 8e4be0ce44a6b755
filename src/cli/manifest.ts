// A manifest as text that is changed in places: its YAML or JSON documents, in their order and with their comments.
//
// Promised: a document that nobody changed is printed byte for byte. Not promised: that a changed one keeps its line breaks inside
// flow collections, and the spaces before its comments.
import { type Document, isMap, parseAllDocuments } from "yaml";
import { messageOf } from "../shared/errors.ts";

export interface ManifestDocument {
  readonly yaml: Document;
  /** As messages name it: "web.yaml", or "web.yaml: document 2" where there are several. */
  readonly where: string;
  /** As it stood. */
  readonly text: string;
  /** What it says, aliases and merges resolved, before anything was changed. */
  readonly object: unknown;
  /** Set by whoever changes `yaml`. */
  changed: boolean;
}

export type Manifest =
  | { readonly kind: "manifest"; readonly documents: readonly ManifestDocument[] }
  | { readonly kind: "problem"; readonly message: string };

/** `file` is how messages name it. */
export function readManifest(content: string, file: string): Manifest {
  const parsed = [...parseAllDocuments(content, { merge: true, compat: "yaml-1.1" })];
  const documents: ManifestDocument[] = [];
  let start = 0;
  for (const [index, yaml] of parsed.entries()) {
    const where = parsed.length === 1 ? file : `${file}: document ${index + 1}`;
    const end = index === parsed.length - 1 ? content.length : yaml.range[2];
    try {
      documents.push({ yaml, where, text: content.slice(start, end), object: objectOf(yaml), changed: false });
    } catch (error) {
      return { kind: "problem", message: `${where}: is not YAML: ${firstLine(error)}` };
    }
    start = end;
  }
  return { kind: "manifest", documents };
}

/** @throws Error where it cannot be read, or its aliases are too many to follow. */
function objectOf(yaml: Document.Parsed): unknown {
  const [error] = yaml.errors;
  if (error !== undefined) throw error;
  return yaml.toJS();
}

function firstLine(error: unknown): string {
  return (messageOf(error).split("\n")[0] ?? "").replace(/:$/, "");
}

/** The documents one after the other, those of several files too. */
export function printDocuments(documents: readonly ManifestDocument[]): string {
  let printed = "";
  for (const { yaml, text, changed } of documents) {
    const next = changed ? yaml.toString(styleOf(yaml, text)) : text;
    if (printed !== "" && !printed.endsWith("\n")) printed += "\n";
    printed += printed === "" || yaml.directives?.docStart === true ? next : `---\n${next}`;
  }
  return printed;
}

/** As the rest of the document is written. */
function styleOf(yaml: Document, text: string): Parameters<Document["toString"]>[0] {
  if (isMap(yaml.contents) && yaml.contents.flow === true)
    return { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "QUOTE_DOUBLE" };
  const indented = /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2;
  return {
    lineWidth: 0,
    indent: Math.min(Math.max(indented, 2), 8),
    indentSeq: /^( *)(?:- )?[^\s#-].*:[ \t]*(?:#.*)?\n\1 +- /m.test(text),
    flowCollectionPadding: /[{[] +[^\s}\]]/.test(text),
  };
}
