// Which files follow from src/crds, and what each of them says.

import { stringify } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { definition } from "./crd.ts";
import { injectionManifest, injectionTemplate } from "./injection.ts";
import { reference } from "./reference.ts";
import type { Schema } from "./structural.ts";

const head = `# Written by \`npm run generate\` from src/crds. Do not edit.
# The schema of jobTemplate is Kubernetes' own, reduced: Copyright The Kubernetes Authors, Apache License 2.0.
`;

function yaml(of: unknown): string {
  return stringify(of, { lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false });
}

/** The same definition as a chart template: it can be left out, and it outlives the release unless it is told not to. */
function chartTemplate(crd: Schema): string {
  const text = yaml(crd);
  if (text.includes("{{")) throw new Error("a text of the CRD holds {{, which a chart would run as a template: say it another way");
  const kept = "  {{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n  {{- end }}\n";
  return `${head}{{- if .Values.crds.enabled }}\n${text.replace("metadata:\n", `metadata:\n${kept}`)}{{- end }}\n`;
}

/** Path from the root of the tree -> content. */
export function targets(): ReadonlyMap<string, string> {
  const crd = definition();
  return new Map([
    ["deploy/crd/exclusivewindows.yaml", `${head}${yaml(crd)}`],
    ["charts/exclusive-window/templates/crd.yaml", chartTemplate(crd)],
    ["docs/reference/exclusive-window.md", reference(crd)],
    ["deploy/admission/injection/policies.yaml", injectionManifest(manifest.version)],
    ["charts/exclusive-window/templates/injection.yaml", injectionTemplate()],
  ]);
}

/** The targets that a tree lacks or holds in another form; `read` throws where there is no such file. */
export function staleFiles(read: (path: string) => string): readonly string[] {
  return [...targets()].filter(([path, text]) => current(read, path) !== text).map(([path]) => path);
}

function current(read: (path: string) => string, path: string): string | undefined {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}
