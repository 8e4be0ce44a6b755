import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { jobNameProblem } from "../../src/schedule/run-id.ts";
import { KUBERNETES_VERSION } from "../tools/build.ts";
import { definition } from "./crd.ts";
import { jobTemplateFile } from "./job-template.ts";
import { isSchema, type Schema } from "./structural.ts";
import { targets } from "./targets.ts";

interface Field {
  readonly path: string;
  readonly schema: Schema;
}

function at(value: unknown, ...keys: readonly (string | number)[]): Schema {
  const found = keys.reduce<unknown>((v, key) => {
    if (Array.isArray(v)) return v[Number(key)];
    return isSchema(v) ? v[key] : undefined;
  }, value);
  if (!isSchema(found)) throw new Error(`nothing at ${keys.join(".")}`);
  return found;
}

const crd = definition();
const root = at(crd, "spec", "versions", 0, "schema", "openAPIV3Schema");
const jobTemplate = at(root, "properties", "spec", "properties", "jobTemplate");

function fields(schema: Schema, path: string): readonly Field[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const own = Object.entries(properties).map(([name, field]) => ({ path: `${path}.${name}`, schema: at(field) }));
  const items = isSchema(schema.items) ? fields(schema.items, `${path}[]`) : [];
  const values = isSchema(schema.additionalProperties) ? fields(schema.additionalProperties, `${path}{}`) : [];
  return [...own.flatMap((field) => [field, ...fields(field.schema, field.path)]), ...items, ...values];
}

const all = fields(root, "");
const inTemplate = ".spec.jobTemplate.";

describe("the definition", () => {
  test("is small enough for client-side apply", () => {
    const text = targets().get("deploy/crd/exclusivewindows.yaml") ?? "";
    expect(text.length).toBeGreaterThan(50_000);
    expect(text.length).toBeLessThan(250_000);
  });

  test("explains every field outside the Job template", () => {
    const silent = all.filter(({ path, schema }) => path !== ".metadata" && !path.startsWith(inTemplate) && !schema.description);
    expect(all.length).toBeGreaterThan(1000);
    expect(silent.map((f) => f.path)).toEqual([]);
  });

  test("explains the Job template down to the fields of its containers", () => {
    const pod = ".spec.jobTemplate.spec.template.spec";
    const levels = [".spec.jobTemplate", ".spec.jobTemplate.spec", ".spec.jobTemplate.spec.template", pod, `${pod}.containers[]`];
    const explained = all.filter(({ path }) =>
      levels.some((level) => path.startsWith(`${level}.`) && !/[.[]/.test(path.slice(level.length + 1))),
    );
    expect(explained.length).toBeGreaterThan(80);
    expect(explained.filter(({ schema }) => !schema.description).map((f) => f.path)).toEqual([]);
  });

  test("bounds every text, list and number of the user's outside the Job template", () => {
    const open = all.filter(({ path, schema }) => {
      if (!path.startsWith(".spec.") || path.startsWith(inTemplate)) return false;
      const bound = { string: "maxLength", array: "maxItems", integer: "maximum" }[String(schema.type)];
      return bound !== undefined && schema[bound] === undefined && schema.enum === undefined;
    });
    expect(open.map((f) => f.path)).toEqual([]);
  });

  test("gives every list a type, and every list that is merged by keys those keys", () => {
    const lists = all.filter((field) => field.schema.type === "array");
    for (const { path, schema } of lists) expect(schema["x-kubernetes-list-type"], path).toMatch(/^(atomic|set|map)$/);
    const keyed = lists.filter(({ schema }) => schema["x-kubernetes-list-type"] === "map");
    expect(keyed.length).toBeGreaterThan(10);
    expect(keyed.flatMap(({ path, schema }) => missingKeys(schema).map((key) => `${path} by ${key}`))).toEqual([]);
  });

  test("knows every field by its type, so that a typo is refused everywhere", () => {
    const loose = all.filter(({ path, schema }) => path !== ".metadata" && isLoose(schema));
    expect(loose.map((f) => f.path)).toEqual([]);
  });

  test("refuses exactly the names that leave no room for a Job's name", () => {
    const { rule } = at(root, "x-kubernetes-validations", 0);
    const longest = Number(/<= (\d+)$/.exec(String(rule))?.[1]);
    expect(jobNameProblem("x".repeat(longest))).toBeUndefined();
    expect(jobNameProblem("x".repeat(longest + 1))).toBeDefined();
  });

  test("reads as not yet seen until the controller has looked", () => {
    expect(at(root, "properties", "status").default).toEqual({ observedGeneration: -1 });
  });
});

/** A value without a type, or one that takes anything. An object without fields takes none. */
function isLoose(schema: Schema): boolean {
  if (schema["x-kubernetes-preserve-unknown-fields"] !== undefined) return true;
  return schema.type === undefined && schema["x-kubernetes-int-or-string"] !== true;
}

/** The keys of a list that its elements may lack. */
function missingKeys(list: Schema): readonly string[] {
  const keys = Array.isArray(list["x-kubernetes-list-map-keys"]) ? list["x-kubernetes-list-map-keys"] : [];
  const item = at(list, "items");
  const required = Array.isArray(item.required) ? item.required : [];
  if (keys.length === 0) return ["no key at all"];
  return keys.map(String).filter((key) => !required.includes(key) && at(item, "properties", key).default === undefined);
}

describe("the Job template", () => {
  test("comes from the Kubernetes that the tools are built from", () => {
    const [head] = readFileSync(jobTemplateFile, "utf8").split("\n");
    expect(head, "write it anew: node dev/generate/job-template.ts").toContain(`of Kubernetes ${KUBERNETES_VERSION}.`);
  });

  test("has labels and annotations as all of its metadata, at both levels", () => {
    const inner = at(jobTemplate, "properties", "spec", "properties", "template");
    for (const template of [jobTemplate, inner]) {
      expect(Object.keys(at(template, "properties", "metadata", "properties"))).toEqual(["annotations", "labels"]);
    }
  });

  test("takes quantities and ports as numbers or texts", () => {
    const container = at(
      jobTemplate,
      "properties",
      "spec",
      "properties",
      "template",
      "properties",
      "spec",
      "properties",
      "containers",
      "items",
    );
    expect(at(container, "properties", "resources", "properties", "limits", "additionalProperties")).toEqual({
      "x-kubernetes-int-or-string": true,
    });
    const probe = at(container, "properties", "livenessProbe", "properties", "httpGet", "properties", "port");
    expect(probe["x-kubernetes-int-or-string"]).toBe(true);
  });
});
