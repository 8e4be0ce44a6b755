// Puts the gate's sidecar into a Pod template's YAML: before all other init containers where it is new; where it is there already,
// what is ours of it is brought up to date, and what somebody added or chose (resources, more variables, more mounts) stays.
import { type Document, isMap, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import type { GateSecret } from "../crds/gate-container.ts";
import type { PodTemplate } from "./pod-templates.ts";

export interface Gate {
  readonly container: { readonly name: string; readonly [field: string]: unknown };
  readonly secrets: readonly GateSecret[];
}

export type Put =
  | { readonly kind: "added" | "updated" | "unchanged" }
  | { readonly kind: "problem" /** With the field, below the template. */; readonly message: string };

/** Fields that stay as they are once they are there. */
const chosen: ReadonlySet<string> = new Set(["resources", "imagePullPolicy", "securityContext"]);
/** Lists whose items are known by their name. */
const named: ReadonlySet<string> = new Set(["env", "volumeMounts"]);

interface Lists {
  readonly initContainers: YAMLSeq;
  /** Undefined where none is needed. */
  readonly volumes: YAMLSeq | undefined;
}

export function putGate({ document, path }: Pick<PodTemplate, "document" | "path">, { container, secrets }: Gate): Put {
  const yaml = document.yaml;
  const spec = yaml.getIn([...path, "spec"], true);
  if (!isMap(spec)) return writtenElsewhere("spec");
  const before = JSON.stringify(yaml.toJS());
  const lists = listsOf(yaml, spec, secrets.length > 0);
  if (typeof lists === "string") return writtenElsewhere(`spec.${lists}`);
  const app = spec.get("containers", true);
  if (isSeq(app) && itemOf(app, container.name) !== undefined)
    return problem(`spec.containers holds ${container.name}, which is a sidecar: take it out, and it is added to spec.initContainers`);
  const there = itemOf(lists.initContainers, container.name);
  if (there === undefined) lists.initContainers.items.unshift(node(yaml, container));
  else update(yaml, there, container);
  for (const { volume } of secrets) replaceItem(yaml, lists.volumes, volume);
  if (JSON.stringify(yaml.toJS()) === before) return { kind: "unchanged" };
  document.changed = true;
  return { kind: there === undefined ? "added" : "updated" };
}

function problem(message: string): Put {
  return { kind: "problem", message };
}

/** Or the name of the one that cannot be changed here. */
function listsOf(yaml: Document, spec: YAMLMap, withVolumes: boolean): Lists | string {
  const initContainers = listIn(yaml, spec, "initContainers");
  if (initContainers === undefined) return "initContainers";
  const volumes = withVolumes ? listIn(yaml, spec, "volumes") : undefined;
  return withVolumes && volumes === undefined ? "volumes" : { initContainers, volumes };
}

function writtenElsewhere(field: string): Put {
  return {
    kind: "problem",
    message: `${field} is an alias or comes by a merge, so the gate would get into other places too; write it out here`,
  };
}

function node(yaml: Document, value: object) {
  return yaml.createNode(value, { aliasDuplicateObjects: false });
}

/** The list of that name, made after the containers where it is missing; undefined where it stands elsewhere. */
function listIn(yaml: Document, spec: YAMLMap, field: string): YAMLSeq | undefined {
  const list = spec.get(field, true);
  if (isSeq(list)) return list;
  const present: unknown = spec.toJS(yaml)?.[field];
  if (present !== undefined && present !== null) return undefined;
  const pair = yaml.createPair(field, []);
  spec.delete(field);
  spec.items.splice(spec.items.findIndex(({ key }) => String(key) === "containers") + 1, 0, pair);
  return isSeq(pair.value) ? pair.value : undefined;
}

function itemOf(list: YAMLSeq | undefined, name: string): YAMLMap | undefined {
  return list?.items.filter((item) => isMap(item)).find((item) => item.get("name") === name);
}

function update(yaml: Document, there: YAMLMap, container: Gate["container"]): void {
  for (const [field, value] of Object.entries(container)) {
    if (chosen.has(field) && there.has(field)) continue;
    const list = there.get(field, true);
    if (named.has(field) && isSeq(list) && Array.isArray(value)) for (const item of value) replaceItem(yaml, list, item);
    else if (JSON.stringify(there.toJS(yaml)[field]) !== JSON.stringify(value)) there.set(field, yaml.createNode(value));
  }
}

/** What says the same already keeps its comments. */
function replaceItem(yaml: Document, list: YAMLSeq | undefined, item: { readonly name: string }): void {
  const there = itemOf(list, item.name);
  if (there !== undefined && JSON.stringify(there.toJS(yaml)) === JSON.stringify(item)) return;
  if (list === undefined) return;
  if (there === undefined) list.items.push(node(yaml, item));
  else list.items[list.items.indexOf(there)] = node(yaml, item);
}
