// The policies that give a Pod its gate, or refuse the Pod: as a manifest and as a chart template, both around the container of
// src/crds/gate-container.ts. Pure.
import { digestSecret, type GateSecret, gateContainer, gateName, tlsSecret } from "../../src/crds/gate-container.ts";
import { apiVersion, injectAnnotation, injectedAnnotation, kind } from "../../src/crds/meta.ts";
import { cel, celLiteral } from "./cel.ts";
import { holdableExpression, locksExpression } from "./window-locks.ts";

const head = "# Written by `npm run generate` from src/crds/gate-container.ts and dev/generate/injection.ts. Do not edit.\n";
const name = "exclusive-window-injection";
const containers = "Object.spec.initContainers";

/** The expressions that an administrator sets, as YAML. */
interface Settings {
  readonly zookeeper: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly tlsSecret: string;
  readonly digestSecret: string;
}

/** For kustomize: a patch replaces what is to be another. */
export function injectionManifest(version: string): string {
  return `${head}${policies({
    zookeeper: `'"zookeeper.zookeeper.svc:2181"'`,
    image: `'"exclusive-window:${version}"'`,
    imagePullPolicy: `'"IfNotPresent"'`,
    tlsSecret: `'""'`,
    digestSecret: `'""'`,
  })}`;
}

export function injectionTemplate(): string {
  const text = policies({
    zookeeper: "«.Values.injection.zookeeperServers | default .Values.zookeeper.servers | quote | quote»",
    image: `'"«.Values.image.repository»«with .Values.image.digest»@«.»«else»:«.Values.image.tag | default .Chart.AppVersion»«end»"'`,
    imagePullPolicy: "«.Values.image.pullPolicy | quote | quote»",
    tlsSecret: "«.Values.injection.tlsSecret | quote | quote»",
    digestSecret: "«.Values.injection.digestSecret | quote | quote»",
  });
  if (text.includes("{{")) throw new Error("a text of the policies holds {{, which a chart would run as a template: say it another way");
  const actions = text.replaceAll("«", "{{ ").replaceAll("»", " }}");
  return `${head}{{- if .Values.injection.enabled }}\n${actions}{{- end }}\n`;
}

/** The gate of the window that `params` is. */
function gateExpression(): string {
  const plain = gateContainer({
    image: cel("variables.image"),
    imagePullPolicy: cel("variables.imagePullPolicy"),
    zookeeper: cel("variables.zookeeper"),
    locks: cel("variables.locks"),
    window: cel('params.metadata.namespace + "/" + params.metadata.name'),
    secrets: [],
  });
  const always = celLiteral(plain.env, `${containers}.env`, "    ");
  const gate = {
    ...plain,
    env: cel(`${always} +\n${secretLists(({ env }) => env, "env")}`),
    volumeMounts: cel(secretLists(({ mount }) => [mount], "volumeMounts").trimStart()),
  };
  return celLiteral(gate, containers, "  ");
}

const secrets = [
  { variable: "variables.tlsSecret", of: tlsSecret },
  { variable: "variables.digestSecret", of: digestSecret },
];

/** The same list for each Secret, empty where none is named. */
function secretLists(items: (secret: GateSecret) => readonly object[], field: string): string {
  const lists = secrets.map(({ variable, of }) => {
    const list = celLiteral(items(of(cel(variable))), `${containers}.${field}`, "    ");
    return `    (${variable} == "" ? [] : ${list})`;
  });
  return lists.join(" +\n");
}

function volumePatches(): string {
  const patches = secrets.map(({ variable, of }) => {
    const volume = celLiteral(of(cel(variable)).volume, "Object.spec.volumes", "  ");
    return `(variables.hasGate || ${variable} == "" ? [] : [\n  JSONPatch{op: "add", path: "/spec/volumes/-", value: ${volume}}\n])`;
  });
  const needed = secrets.map(({ variable }) => `${variable} == ""`).join(" && ");
  const list = `(variables.hasGate || has(object.spec.volumes) || (${needed}) ? [] : [
  JSONPatch{op: "add", path: "/spec/volumes", value: []}
])`;
  return [list, ...patches].join(" +\n");
}

function patchExpression(): string {
  return `(variables.hasGate || has(object.spec.initContainers) ? [] : [
  JSONPatch{op: "add", path: "/spec/initContainers", value: []}
]) +
(variables.hasGate ? [] : [
  JSONPatch{op: "add", path: "/spec/initContainers/0", value: ${gateExpression()}}
]) +
${volumePatches()} +
[JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("${injectedAnnotation}"), value: params.metadata.name}]`;
}

const block = (text: string, indent: string) => `|-\n${text.replaceAll(/^/gm, indent)}`;

const meta = `metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: exclusive-window`;

const pods = `  matchConstraints:
    resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [CREATE]
      resources: [pods]`;

function policies(settings: Settings): string {
  return [mutation(settings), mutationBinding, validation, validationBinding].join("---\n");
}

function mutation(settings: Settings): string {
  return `# A Pod with the annotation ${injectAnnotation}: <window> gets that window's gate as a sidecar, before all other containers.
# The binding hands the policy every window of the Pod's namespace, one after the other; the condition lets one of them through.
# Ignore is safe here, and keeps Pods that ask for nothing free of whatever becomes of the windows' definition: a Pod that asks and
# was not seen to is refused by the second policy.
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
${meta}
spec:
  failurePolicy: Ignore
  # The gate is added once: what is there already is left as it is.
  reinvocationPolicy: IfNeeded
  paramKind:
    apiVersion: ${apiVersion}
    kind: ${kind}
${pods}
  matchConditions:
  - name: asks-for-this-window
    expression: object.metadata.?annotations[?"${injectAnnotation}"].orValue("") == params.metadata.name
  - name: a-gate-can-hold-its-locks
    expression: >-
      ${holdableExpression}
  variables:
  # Where the gates find ZooKeeper: as zookeeper.servers in the controller's configuration, but seen from the Pods.
  - name: zookeeper
    expression: ${settings.zookeeper}
  - name: image
    expression: ${settings.image}
  - name: imagePullPolicy
    expression: ${settings.imagePullPolicy}
  # A Secret of the Pod's namespace with ca.crt, tls.crt and tls.key: the gates speak TLS. None: they do not.
  - name: tlsSecret
    expression: ${settings.tlsSecret}
  # A Secret of the Pod's namespace, key digest = user:password: the gates log in. None: they are nobody.
  - name: digestSecret
    expression: ${settings.digestSecret}
  - name: hasGate
    expression: >-
      (object.spec.containers + object.spec.?initContainers.orValue([])).exists(c, c.name == "${gateName}")
  - name: locks
    expression: >-
      ${locksExpression}
  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: ${block(patchExpression(), "        ")}
`;
}

const mutationBinding = `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
${meta}
spec:
  policyName: ${name}
  paramRef:
    # All windows of the Pod's own namespace; none is no error for a Pod that asks for none.
    selector: {}
    parameterNotFoundAction: Allow
`;

const validation = `# A Pod that asks for a gate and did not get it would work through every window, so it is not let in.
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
${meta}
spec:
  failurePolicy: Fail
${pods}
  matchConditions:
  - name: asks-for-a-gate
    expression: has(object.metadata.annotations) && "${injectAnnotation}" in object.metadata.annotations
  variables:
  - name: wanted
    expression: object.metadata.annotations["${injectAnnotation}"]
  - name: gates
    expression: object.spec.?initContainers.orValue([]).filter(c, c.name == "${gateName}" && c.?restartPolicy.orValue("") == "Always")
  validations:
  - expression: variables.wanted != "" && !variables.wanted.contains(",")
    messageExpression: >-
      "the annotation ${injectAnnotation} is \\"" + variables.wanted + "\\", and it names exactly one window: for several, leave it out
      and write the sidecar ${gateName} into the template, with all their locks in its EXCLUSIVE_WINDOW_LOCKS"
  - expression: object.metadata.annotations[?"${injectedAnnotation}"].orValue("") == variables.wanted
    messageExpression: >-
      "the annotation ${injectAnnotation} names the window " + variables.wanted + ", and there is no ${kind} of that name in
      namespace " + request.namespace + ": apply the window, correct the annotation or take it off (a window that was made just now
      is known a moment later), or no gate can hold its locks, since one has no signal or has braces in its path"
  - expression: size(variables.gates) == 1
    messageExpression: >-
      "this Pod asks for the gate of window " + variables.wanted + ", and has no sidecar ${gateName}: make the container of that name an
      initContainer with restartPolicy Always, or leave it out to have it added"
  - expression: >-
      variables.gates.all(gate, gate.?env.orValue([]).exists(e, e.name == "EXCLUSIVE_WINDOW_NAME" &&
      e.?value.orValue("") == request.namespace + "/" + variables.wanted))
    messageExpression: >-
      "the sidecar ${gateName} of this Pod is for another window than the annotation ${injectAnnotation}: set its
      EXCLUSIVE_WINDOW_NAME to " + request.namespace + "/" + variables.wanted + " and its EXCLUSIVE_WINDOW_LOCKS to that window's locks, or
      leave the container out to have it added"
`;

const validationBinding = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
${meta}
spec:
  policyName: ${name}
  validationActions: [Deny]
`;
