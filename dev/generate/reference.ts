// docs/reference/exclusive-window.md: every field of spec and status, from the very schema that the API server is given.
import * as meta from "../../src/crds/meta.ts";
import { isSchema, type Schema } from "./structural.ts";

interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Fields whose own fields Kubernetes documents. */
const elsewhere = "jobTemplate";

function at(schema: unknown, ...keys: readonly string[]): Schema {
  const found = keys.reduce<unknown>((value, key) => (isSchema(value) ? value[key] : undefined), schema);
  return isSchema(found) ? found : {};
}

function listAt(schema: unknown, key: string): readonly unknown[] {
  const value = isSchema(schema) ? schema[key] : undefined;
  return Array.isArray(value) ? value : [];
}

function walk(schema: Schema, prefix: string): readonly Field[] {
  const required = listAt(schema, "required");
  return Object.entries(at(schema, "properties")).flatMap(([name, value]) => {
    const field = { path: `${prefix}${name}`, schema: at(value), required: required.includes(name) };
    if (name === elsewhere) return [field];
    if (field.schema.type === "array") return [field, ...walk(at(value, "items"), `${field.path}[].`)];
    return [field, ...walk(field.schema, `${field.path}.`)];
  });
}

function typeOf(schema: Schema): string {
  if (schema.type === "array") return `list of ${at(schema, "items").type === "string" ? "strings" : "objects"}`;
  if (schema.format === "date-time") return "time";
  return String(schema.type);
}

/** What a value may be, in the words of the schema. */
function limits(schema: Schema): string {
  const values = listAt(schema, "enum").map((value) => `\`${String(value)}\``);
  if (values.length > 0) return values.join(", ");
  if (schema.minimum !== undefined && schema.maximum !== undefined) return `${schema.minimum} to ${schema.maximum}`;
  if (schema.format !== "date-time" && schema.maxLength !== undefined) return `at most ${schema.maxLength} characters`;
  if (schema.maxItems !== undefined) return `at most ${schema.maxItems}`;
  return "";
}

/** Angle brackets and bars would be taken for markup. */
function cell(text: unknown): string {
  return String(text ?? "")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

function table(fields: readonly Field[], withDefault: boolean): string {
  const head = withDefault ? ["Field", "Type", "Default", "May be", "Meaning"] : ["Field", "Type", "May be", "Meaning"];
  const rows = fields.map(({ path, schema, required }) => {
    const preset = schema.default === undefined ? (required ? "required" : "") : `\`${String(schema.default)}\``;
    const cells = [`\`${path}\``, typeOf(schema), ...(withDefault ? [preset] : []), limits(schema), cell(schema.description)];
    return `| ${cells.join(" | ")} |`;
  });
  return [`| ${head.join(" | ")} |`, `|${head.map(() => "---").join("|")}|`, ...rows].join("\n");
}

/** Every rule below a schema, with the field that it blames. */
function rules(schema: Schema, path: string): readonly string[] {
  const own = listAt(schema, "x-kubernetes-validations").map((rule) => {
    const { message, fieldPath = "" } = at(rule);
    return `- \`${`${path}${String(fieldPath)}` || "metadata.name"}\`: ${cell(message)}`;
  });
  const below = Object.entries(at(schema, "properties")).flatMap(([name, value]) =>
    rules(at(value), path === "" ? name : `${path}.${name}`),
  );
  return [...own, ...below, ...(schema.items === undefined ? [] : rules(at(schema, "items"), `${path}[]`))];
}

function columnsOf(version: Schema): string {
  const rows = listAt(version, "additionalPrinterColumns").map((column) => {
    const { name, jsonPath, priority } = at(column);
    return `| ${String(name).toUpperCase()} | \`${String(jsonPath)}\` | ${priority === 1 ? "with `-o wide`" : "always"} |`;
  });
  return ["| Column | Field | Shown |", "|---|---|---|", ...rows].join("\n");
}

const example = `\`\`\`yaml
apiVersion: ${meta.apiVersion}
kind: ${meta.kind}
metadata:
  name: nightly-compaction
  namespace: orders
spec:
  schedule: "0 2 * * *"
  timeZone: Europe/Copenhagen
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: compact
            image: registry.example.com/compact:1.4.2
\`\`\``;

const annotations = `| Annotation | On | Meaning |
|---|---|---|
| \`${meta.windowAnnotation}\` | a Deployment, StatefulSet, DaemonSet or Argo Rollout | The windows, comma separated and of the same namespace, that its Pods take part in: their read locks are shown in \`status.participants\`. The workload is never changed. |
| \`${meta.injectAnnotation}\` | a Pod template | The window, one and of the same namespace, whose gate sidecar its Pods get ([how](../how-to/inject.md)). |
| \`${meta.injectedAnnotation}\` | a Pod | Written by the policy that added the sidecar: the window that it found. |
| \`${meta.runRequestAnnotation}\` | a window | An RFC 3339 instant. Each new value runs the window once, now, even while it is suspended. |
| \`${meta.abandonAnnotation}\` | a window that is being deleted | The id of the run whose locks are abandoned because ZooKeeper cannot be reached. |
| \`${meta.fencingTokenAnnotation}\` | a run's Job and Pods | The fencing token with which they were let go. |
| \`${meta.scheduledTimeAnnotation}\` | a run's Job | When the run was due. |`;

const cronJob = `A CronJob's \`schedule\`, \`timeZone\`, \`startingDeadlineSeconds\`, \`suspend\`, \`jobTemplate\`, \`successfulJobsHistoryLimit\` and
\`failedJobsHistoryLimit\` can be copied as they are, but for these:

- \`concurrencyPolicy\` is not a field, and is refused as an unknown one: leave it out. A window has at most one run at a time. A
  slot that falls due while another run is active is skipped, as \`RunActive\` ([schedules](../explanation/schedules.md)).
- A zone inside \`schedule\` (\`TZ=\`, \`CRON_TZ=\`) is refused: use \`timeZone\`. Without \`timeZone\` the schedule is read in UTC.
- \`startingDeadlineSeconds\` is 3600 by default; a CronJob has no deadline by default.
- In the template, \`metadata\` has labels and annotations only. The rules above name what else a template may not say.`;

export function reference(crd: Schema): string {
  const version = at(listAt(at(crd, "spec"), "versions")[0]);
  const root = at(version, "schema", "openAPIV3Schema");
  const [spec, status] = [at(root, "properties", "spec"), at(root, "properties", "status")];
  return `<!-- Written by \`npm run generate\` from src/crds. Do not edit. -->
# ${meta.kind}

${cell(root.description)}

\`${meta.apiVersion}\`, kind \`${meta.kind}\`, namespaced; \`kubectl get ${meta.plural}\`, short name \`ew\`, category \`exclusive-windows\`.
\`kubectl explain exclusivewindow.spec\` prints these texts too.

${example}

## spec

${table(walk(spec, ""), true)}

\`jobTemplate\` has every field of a batch/v1 Job template, by its type: a misspelled one is refused when the window is applied.

## Rules

The API server refuses a window that breaks one of these, and prints the text.

${rules(root, "").join("\n")}

## Coming from a CronJob

${cronJob}

## status

Written by the controller only. Times are RFC 3339 in UTC.

${table(walk(status, ""), false)}

## Columns of kubectl get

${columnsOf(version)}

## Annotations

${annotations}
`;
}
