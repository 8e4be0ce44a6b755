// Reduces Kubernetes' own OpenAPI to the schema of a Job template that fits into a custom resource definition, and writes
// it to dev/generate/generated/job-template.yaml. Run it by hand after the version of k8s.io/kubernetes in dev/tools/go.mod changed:
//   node dev/generate/job-template.ts
// The input is the file that the API server is published with, read from the Go module cache; only the result is committed.
//
// Promised: a typo in any field of the template is refused by strict validation, and the API server accepts the schema.
// Not promised: what only the Job API itself checks (names, quantities, combinations): the controller asks it by a dry run.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { isSchema, type Schema } from "./structural.ts";

const here = import.meta.dirname;
/** Where the reduced schema stands. */
export const jobTemplateFile = join(here, "generated", "job-template.yaml");
const source = "api/openapi-spec/v3/apis__batch__v1_openapi.json";
const prefix = "#/components/schemas/";
const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const intOrString = new Set(["io.k8s.apimachinery.pkg.api.resource.Quantity", "io.k8s.apimachinery.pkg.util.intstr.IntOrString"]);
const kept = ["type", "format", "required", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"];

/** Fields that a Job's Pods can never have: leaving them out refuses them, and saves a third of the containers' size. */
const leftOut = new Set(["io.k8s.api.core.v1.PodSpec.ephemeralContainers"]);

/** What this project's controller needs of a template, beyond what Kubernetes requires. */
const alsoRequired: Readonly<Record<string, readonly string[]>> = {
  "io.k8s.api.batch.v1.JobTemplateSpec": ["spec"],
  "io.k8s.api.core.v1.PodTemplateSpec": ["spec"],
};

/** Types that are explained field by field; the text of everything below them would make the definition too large to apply. */
const explained = new Set([
  "io.k8s.api.batch.v1.JobTemplateSpec",
  "io.k8s.api.batch.v1.JobSpec",
  "io.k8s.api.core.v1.PodTemplateSpec",
  "io.k8s.api.core.v1.PodSpec",
  "io.k8s.api.core.v1.Container",
]);

function objectAt(of: unknown, key: string): Schema {
  const value = isSchema(of) ? of[key] : undefined;
  return isSchema(value) ? value : {};
}

function namesAt(of: Schema, key: string): readonly string[] {
  const value = of[key];
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === "string") : [];
}

/** The first sentence of a text: the rest is in Kubernetes' own reference. */
function firstSentence(text: string): string {
  const line = text.split("\n")[0] ?? "";
  const end = line.search(/(?<!\b(?:e\.g|i\.e|etc|vs))\.\s/);
  return end === -1 ? line : line.slice(0, end + 1);
}

/** The name that a schema refers to, bare or wrapped in allOf so that it can carry a description of its own. */
function referenceOf(schema: Schema): string | undefined {
  const all = schema.allOf;
  const holder = Array.isArray(all) && isSchema(all[0]) ? all[0] : schema;
  const ref = holder.$ref;
  return typeof ref === "string" ? ref.slice(prefix.length) : undefined;
}

/** Labels and annotations are all that a Job or a Pod takes over from its template. */
function metadataSchema(): Schema {
  const texts = { type: "object", additionalProperties: { type: "string" } };
  return {
    type: "object",
    properties: {
      annotations: { description: "Annotations of what is made from the template.", ...texts },
      labels: { description: "Labels of what is made from the template.", ...texts },
    },
  };
}

/** Reduces the named schema, with everything that it refers to put in its place. */
export function reduce(schemas: Schema, name: string): Schema {
  if (intOrString.has(name)) return { "x-kubernetes-int-or-string": true };
  if (name === objectMeta) return metadataSchema();
  const required = alsoRequired[name];
  return { ...inline(schemas, objectAt(schemas, name), name), ...(required === undefined ? {} : { required }) };
}

function inline(schemas: Schema, schema: Schema, owner: string | undefined): Schema {
  const reference = referenceOf(schema);
  if (reference !== undefined) return reduce(schemas, reference);
  const out: Record<string, unknown> = {};
  for (const key of kept) if (schema[key] !== undefined) out[key] = schema[key];
  if (isSchema(schema.properties)) out.properties = properties(schemas, schema.properties, owner);
  if (isSchema(schema.items)) out.items = withKeys(inline(schemas, schema.items, undefined), schema);
  if (isSchema(schema.additionalProperties)) out.additionalProperties = inline(schemas, schema.additionalProperties, undefined);
  return out;
}

function properties(schemas: Schema, fields: Schema, owner: string | undefined): Schema {
  const out: Record<string, Schema> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (!isSchema(field) || leftOut.has(`${owner}.${name}`)) continue;
    const text = field.description;
    const described = owner !== undefined && explained.has(owner) && typeof text === "string";
    out[name] = { ...(described ? { description: firstSentence(text) } : {}), ...inline(schemas, field, undefined) };
  }
  return out;
}

/** The keys of a list that is merged as a map must be there: required, or filled in by a default (a port's protocol). */
function withKeys(item: Schema, list: Schema): Schema {
  const keys = namesAt(list, "x-kubernetes-list-map-keys");
  if (keys.length === 0) return item;
  const fields: Record<string, unknown> = { ...objectAt(item, "properties") };
  if (keys.includes("protocol")) fields.protocol = { ...objectAt(fields, "protocol"), default: "TCP" };
  const required = new Set([...namesAt(item, "required"), ...keys.filter((k) => k !== "protocol")]);
  return { ...item, required: [...required].sort(), properties: fields };
}

/** Where Go keeps the module, and its version. */
function kubernetesModule(): { readonly dir: string; readonly version: string } {
  const cwd = join(here, "..", "tools");
  const answer = execFileSync("go", ["list", "-m", "-f", "{{.Version}} {{.Dir}}", "k8s.io/kubernetes"], { cwd, encoding: "utf8" });
  const [version = "", dir = ""] = answer.trim().split(" ");
  if (dir === "")
    throw new Error("k8s.io/kubernetes is not in the module cache: run `go mod download k8s.io/kubernetes` in dev/tools, then this again");
  return { dir, version };
}

function write(): void {
  const { dir, version } = kubernetesModule();
  const document: unknown = JSON.parse(readFileSync(join(dir, source), "utf8"));
  const schema = reduce(objectAt(objectAt(document, "components"), "schemas"), "io.k8s.api.batch.v1.JobTemplateSpec");
  const head = [
    `# batch/v1 JobTemplateSpec, reduced by dev/generate/job-template.ts from ${source} of Kubernetes ${version}.`,
    "# Copyright The Kubernetes Authors, Apache License 2.0. Do not edit.",
  ];
  writeFileSync(
    jobTemplateFile,
    `${head.join("\n")}\n${stringify(schema, { lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false })}`,
  );
}

if (import.meta.main) write();
