// The Pod templates of a manifest, whatever kind of object they stand in: Deployments and their like, Jobs, CronJobs, Pods themselves,
// Argo's Rollouts, and lists of them. The template of a window's own Job is none: it runs while the gates are closed.
import { z } from "zod";
import { injectAnnotation, kind as windowKind } from "../crds/meta.ts";
import type { ManifestDocument } from "./manifest.ts";

type Path = readonly (string | number)[];

export interface PodTemplate {
  readonly document: ManifestDocument;
  /** In the document. */
  readonly path: Path;
  /** As messages name it: "web.yaml: Deployment orders/web: spec.template". */
  readonly where: string;
  /** The object, without its file: "Deployment orders/web". */
  readonly owner: string;
  readonly namespace: string | undefined;
  /** What its annotation says. */
  readonly asked: string | undefined;
}

export type PodTemplates =
  | { readonly kind: "templates"; readonly templates: readonly PodTemplate[] }
  | { readonly kind: "problem"; readonly message: string };

const text = z.string().catch("");
const annotations = z.record(z.string(), z.unknown()).catch({});
const metadata = z.object({ name: text, generateName: text, namespace: text, annotations }).partial().catch({});
const objectSchema = z.object({ kind: text, metadata, items: z.array(z.unknown()).catch([]) });
const templateSchema = z.object({ metadata, spec: z.object({ containers: z.array(z.unknown()) }) });
const placesSchema = z.object({
  spec: z
    .object({ template: z.unknown(), jobTemplate: z.object({ spec: z.object({ template: z.unknown() }).catch({ template: undefined }) }) })
    .partial()
    .catch({}),
});

export function podTemplates(documents: readonly ManifestDocument[]): PodTemplates {
  const templates: PodTemplate[] = [];
  for (const document of documents) {
    const problem = inObject(document, document.object, [], templates);
    if (problem !== undefined) return { kind: "problem", message: problem };
  }
  return { kind: "templates", templates };
}

/** Adds the object's templates; answers what is wrong with one. */
function inObject(document: ManifestDocument, value: unknown, path: Path, templates: PodTemplate[]): string | undefined {
  const { success, data: object } = objectSchema.safeParse(value);
  if (!success || object.kind === windowKind) return undefined;
  if (object.kind.endsWith("List")) {
    const problems = object.items.map((item, index) => inObject(document, item, [...path, "items", index], templates));
    return problems.find((problem) => problem !== undefined);
  }
  const places = placesOf(object.kind, value).map(([place, template]) => ownTemplate({ document, object, path, place }, template));
  templates.push(...places.filter((template) => typeof template === "object"));
  return places.find((template) => typeof template === "string");
}

interface Place {
  readonly document: ManifestDocument;
  readonly object: z.infer<typeof objectSchema>;
  /** Of the object in the document, and of the template in the object. */
  readonly path: Path;
  readonly place: Path;
}

/** What is wrong with it, as a text; undefined where no template stands. */
function ownTemplate({ document, object, path, place }: Place, template: unknown): PodTemplate | string | undefined {
  const parsed = templateSchema.safeParse(template);
  if (!parsed.success) return undefined;
  const { name, generateName, namespace, annotations: outer = {} } = object.metadata;
  const owner = `${object.kind} ${[namespace, name || generateName].filter(Boolean).join("/")}`;
  const where = [document.where, owner, [...path, ...place].join(".")].filter(Boolean).join(": ");
  const asked = parsed.data.metadata.annotations?.[injectAnnotation];
  if (asked !== undefined && typeof asked !== "string") return `${where}: ${notText(asked)}`;
  if (asked === undefined && injectAnnotation in outer) return misplaced(where, owner);
  return { document, path: [...path, ...place], where, owner, namespace: namespace || undefined, asked };
}

function placesOf(kind: string, value: unknown): readonly (readonly [Path, unknown])[] {
  if (kind === "Pod") return [[[], value]];
  const { spec } = placesSchema.catch({ spec: {} }).parse(value);
  return [
    [["spec", "template"], spec.template],
    [["spec", "jobTemplate", "spec", "template"], spec.jobTemplate?.spec.template],
  ];
}

function notText(asked: unknown): string {
  return `metadata.annotations[${injectAnnotation}] is ${JSON.stringify(asked)}: an annotation is a text; put it in quotes`;
}

function misplaced(where: string, owner: string): string {
  return `${where}: the annotation ${injectAnnotation} stands on the ${owner} itself, where it does nothing; move it to the template's metadata.annotations`;
}
