// Turns what zod says of a schema into what Kubernetes calls a structural schema, or refuses it: a key that is not known
// here is an error, so that nothing reaches the CRD that the API server would refuse or silently ignore. Pure.
import { z } from "zod";

export interface Schema {
  readonly [key: string]: unknown;
}

/** Keys that pass unchanged, in the order in which they are printed. */
const passed = [
  "description",
  "type",
  "format",
  "default",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "required",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-validations",
];
const walked = new Set(["properties", "items"]);
const int32 = { minimum: -2_147_483_648, maximum: 2_147_483_647 };

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The structural schema of a zod schema; throws an Error that names the field where it cannot be said in one. */
export function structural(of: z.ZodType): Schema {
  const raw: unknown = z.toJSONSchema(of, { io: "input", target: "openapi-3.0", unrepresentable: "any" });
  return convert(raw, "");
}

/** Fields whose schema stands elsewhere: whoever calls puts it in their place. */
function isForeign(schema: Schema): boolean {
  return schema["x-foreign"] === true;
}

function convert(raw: unknown, at: string): Schema {
  if (!isSchema(raw)) throw new Error(`${at}: not a schema`);
  if (isForeign(raw)) return raw;
  const unknown = Object.keys(raw).filter((key) => !passed.includes(key) && !walked.has(key));
  if (unknown.length > 0) throw new Error(`${at || "the root"}: a structural schema has no ${unknown.join(", ")}`);
  const all = { ...Object.fromEntries(passed.map((key) => [key, raw[key]])), ...byType(raw, at) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function byType(raw: Schema, at: string): Schema {
  if (raw.type === "integer") return integer(raw);
  if (raw.type === "array") return list(raw, at);
  if (raw.type === "object") return { properties: fields(raw.properties, at) };
  if (raw.type === undefined) throw new Error(`${at}: a field needs a type`);
  return {};
}

/** zod bounds every integer by what JavaScript can hold; Kubernetes says the same with a format. */
function integer({ minimum, maximum }: Schema): Schema {
  const wide = maximum === Number.MAX_SAFE_INTEGER;
  return {
    format: wide ? "int64" : "int32",
    minimum: minimum === Number.MIN_SAFE_INTEGER || minimum === int32.minimum ? undefined : minimum,
    maximum: wide || maximum === int32.maximum ? undefined : maximum,
  };
}

function list(raw: Schema, at: string): Schema {
  if (raw.maxItems === undefined) throw new Error(`${at}: a list needs a bound, or its rules may be refused as too dear`);
  return { "x-kubernetes-list-type": raw["x-kubernetes-list-type"] ?? "atomic", items: convert(raw.items, `${at}[]`) };
}

function fields(raw: unknown, at: string): Schema {
  if (!isSchema(raw)) throw new Error(`${at}: an object without fields: a typo in it could not be refused`);
  return Object.fromEntries(Object.entries(raw).map(([name, field]) => [name, convert(field, `${at}.${name}`)]));
}
