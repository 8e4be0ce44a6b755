// The only door for windows that come from the cluster: an object of unknown shape becomes a Window, or a list of problems.
//
// Promised: it never throws, whatever JSON it is given; a Window has a name, a namespace, a uid and a spec that obeys every
// rule of the schema; a malformed status never makes a window invalid: its bad parts are left out and named in `dropped`.
// Not promised: that the schedule, the zone, the paths and the Job template are accepted elsewhere; the controller asks.
import type { z } from "zod";
import { type Spec, specSchema } from "./spec.ts";
import { type Status, statusSchema } from "./status.ts";

/** What is wrong with one field: its path, the value as JSON (at most 100 characters) and what would be right. */
export interface Problem {
  readonly field: string;
  readonly value: string;
  readonly message: string;
}

export interface WindowMetadata {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** Milliseconds since 1970; undefined where the object does not say. */
  readonly createdAtMs: number | undefined;
  /** True from the moment that somebody asked to delete it. */
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Window extends WindowMetadata {
  readonly spec: Spec;
  readonly status: Status;
}

/** A window whose spec cannot be used; what its metadata lacks is empty. */
export interface InvalidWindow extends WindowMetadata {
  readonly kind: "invalid";
  readonly status: Status;
  readonly problems: readonly Problem[];
  readonly dropped: readonly Problem[];
}

export interface ValidWindow {
  readonly kind: "window";
  readonly window: Window;
  /** The parts of the status that were malformed and left out. */
  readonly dropped: readonly Problem[];
}

/** What of the active run's record could not be read; undefined where it is whole, or no run is active. */
export function unreadableRun({ dropped }: Pick<ValidWindow, "dropped">): Problem | undefined {
  return dropped.find(({ field }) => field.startsWith("status.run"));
}

type Fields = Readonly<Record<string, unknown>>;

export function parseWindow(object: unknown): ValidWindow | InvalidWindow {
  const { metadata: rawMetadata, spec: rawSpec, status: rawStatus } = fieldsOf(object);
  const metadata = metadataOf(fieldsOf(rawMetadata));
  const spec = specSchema.safeParse(rawSpec);
  const { status, dropped } = statusOf(rawStatus);
  const problems = [...missing(metadata), ...(spec.success ? [] : problemsOf(spec.error, rawSpec, "spec"))];
  if (!spec.success || problems.length > 0) return { kind: "invalid", ...metadata, status, problems, dropped };
  return { kind: "window", window: { ...metadata, spec: spec.data, status }, dropped };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function metadataOf(raw: Fields): WindowMetadata {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const createdAtMs = Date.parse(text(raw.creationTimestamp));
  const finalizers: readonly unknown[] = Array.isArray(raw.finalizers) ? raw.finalizers : [];
  return {
    namespace: text(raw.namespace),
    name: text(raw.name),
    uid: text(raw.uid),
    resourceVersion: text(raw.resourceVersion),
    generation: Number.isSafeInteger(raw.generation) ? Number(raw.generation) : 0,
    createdAtMs: Number.isNaN(createdAtMs) ? undefined : createdAtMs,
    deleting: raw.deletionTimestamp !== undefined && raw.deletionTimestamp !== null,
    finalizers: finalizers.filter((f) => typeof f === "string"),
    annotations: textsOf(raw.annotations),
  };
}

function textsOf(raw: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsOf(raw)).flatMap(([k, v]) => (typeof v === "string" ? [[k, v] as const] : [])));
}

/** Without these the window can be neither found again nor written to. */
function missing(metadata: WindowMetadata): readonly Problem[] {
  const needed = ["namespace", "name", "uid", "resourceVersion"] as const;
  const message = "is missing: the object does not come from an API server";
  return needed.filter((key) => metadata[key] === "").map((key) => ({ field: `metadata.${key}`, value: "", message }));
}

/** Keeps what is well-formed, field by field and, in lists, element by element. */
function statusOf(raw: unknown): { readonly status: Status; readonly dropped: readonly Problem[] } {
  const fields = fieldsOf(raw);
  const kept: Record<string, unknown> = {};
  const dropped: Problem[] = [];
  for (const name of Object.keys(statusSchema.shape)) {
    const part = partOf(name, fields[name]);
    if (part.value !== undefined) kept[name] = part.value;
    dropped.push(...part.dropped);
  }
  const whole = statusSchema.safeParse(kept);
  return whole.success
    ? { status: whole.data, dropped }
    : { status: {}, dropped: [...dropped, ...problemsOf(whole.error, kept, "status")] };
}

interface Part {
  readonly value: unknown;
  readonly dropped: readonly Problem[];
}

/** One field of the status, through the whole schema, so that a list's bound and its elements are judged by the same text. */
function partOf(name: string, value: unknown): Part {
  const judged = judge(name, value);
  if (judged.length === 0) return { value, dropped: [] };
  if (!Array.isArray(value)) return { value: undefined, dropped: judged };
  const elements: readonly unknown[] = value;
  const wellFormed = elements.filter((element) => judge(name, [element]).length === 0);
  return { value: judge(name, wellFormed).length === 0 ? wellFormed : undefined, dropped: judged };
}

function judge(name: string, value: unknown): readonly Problem[] {
  const answer = statusSchema.safeParse({ [name]: value });
  return answer.success ? [] : problemsOf(answer.error, { [name]: value }, "status");
}

function problemsOf(error: z.ZodError, raw: unknown, root: string): readonly Problem[] {
  return error.issues.map(({ path, message }) => ({ field: fieldName(root, path), value: shown(valueAt(raw, path)), message }));
}

function fieldName(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => (typeof key === "number" ? `${name}[${key}]` : `${name}.${String(key)}`), root);
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (Array.isArray(value) ? value[Number(key)] : fieldsOf(value)[String(key)]), raw);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
