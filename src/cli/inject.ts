// `inject`: adds the gate's sidecar to the Pod templates of manifests, as the policy of deploy/admission/injection adds it to Pods, for
// clusters that know no such policies and for those who want to see what they apply. It asks no cluster and changes no file.
import { type Command, CommanderError } from "commander";
import { digestSecret, gateContainer, tlsSecret } from "../crds/gate-container.ts";
import { injectAnnotation } from "../crds/meta.ts";
import { messageOf } from "../shared/errors.ts";
import { parseServers } from "../zookeeper/servers.ts";
import { type ChoiceOptions, chooseGate, type GateChoice } from "./gate-choice.ts";
import { type Gate, putGate } from "./gate-in-template.ts";
import type { Machine } from "./machine.ts";
import { type ManifestDocument, printDocuments, readManifest } from "./manifest.ts";
import { type PodTemplate, podTemplates } from "./pod-templates.ts";
import { programVersion } from "./version.ts";
import { knownWindows, parseLocks } from "./window-locks.ts";

interface Options {
  readonly filename: readonly string[];
  readonly window?: string;
  readonly windowFile: readonly string[];
  readonly locks?: string;
  readonly namespace?: string;
  readonly zookeeper: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly tlsSecret?: string;
  readonly digestSecret?: string;
}

/** What is wrong with the question or with the files. */
class BadInput extends Error {}

export function addInject(program: Command, machine: Machine): void {
  const name = `${machine.program} inject`;
  const inject = program
    .command("inject")
    .summary("add the gate's sidecar to the Pod templates of manifests")
    .description(
      `Prints manifests with the gate's sidecar in every Pod template whose annotation ${injectAnnotation} names a window. It asks no cluster and changes no file.`,
    )
    .requiredOption("-f, --filename <file>", "a manifest, YAML or JSON; - is standard input; may be repeated", several)
    .requiredOption("--zookeeper <servers>", "where the gates find ZooKeeper: host:port,… or host:port/chroot")
    .option("--window-file <file>", "a manifest with windows, besides those in the -f files; may be repeated", several, [])
    .option("--window <window>", "a gate of this window ([namespace/]name) for all Pod templates, annotated or not")
    .option("--locks <locks>", "its locks, instead of a window's manifest: LOCK_PATH[=SIGNAL_PATH],…")
    .option("-n, --namespace <namespace>", "the namespace of objects that name none")
    .option("--image <image>", "the image of the gate", `exclusive-window:${programVersion()}`)
    .option("--image-pull-policy <policy>", "Always, IfNotPresent or Never", "IfNotPresent")
    .option("--tls-secret <secret>", "speak TLS, with ca.crt, tls.crt and tls.key of this Secret in the Pods' namespace")
    .option("--digest-secret <secret>", "log in, with the key digest (user:password) of this Secret in the Pods' namespace")
    .helpOption("-h, --help", "print this text")
    .addHelpText("after", `\nExample:\n  ${name} -f deployment.yaml --window-file window.yaml --zookeeper zookeeper.zookeeper.svc:2181`)
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 usage or bad input.")
    .showHelpAfterError(`All options: ${name} --help`);
  inject.action(async (options: Options) => {
    try {
      await answer(options, machine);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      machine.err(`error: ${error.message}\n`);
      throw new CommanderError(2, "exclusive-window.bad-input", error.message);
    }
  });
}

function several(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}

async function answer(options: Options, machine: Machine): Promise<void> {
  checkServers(options.zookeeper);
  const documents = await readAll("-f", options.filename, machine);
  const windowDocuments = await readAll("--window-file", options.windowFile, machine);
  const windows = knownWindows([...documents, ...windowDocuments]);
  if (windows.kind === "problem") throw new BadInput(windows.message);
  const templates = podTemplates(documents);
  if (templates.kind === "problem") throw new BadInput(templates.message);
  const choice = {
    window: windowOf(options.window),
    namespace: options.namespace,
    locks: locksOf(options.locks),
    windows: windows.windows,
  };
  const remarks = injectAll(templates.templates, choice, options);
  machine.out(printDocuments(documents));
  for (const remark of remarks) machine.err(`${remark}\n`);
}

function checkServers(servers: string): void {
  try {
    parseServers(servers);
  } catch (error) {
    throw new BadInput(`--zookeeper: ${messageOf(error)}`);
  }
}

async function readAll(option: string, files: readonly string[], machine: Machine): Promise<readonly ManifestDocument[]> {
  const documents: ManifestDocument[] = [];
  for (const file of files) {
    const content = await machine.read(file).catch((error: unknown) => {
      throw new BadInput(`${option} ${file}: cannot be read: ${messageOf(error)}`);
    });
    const manifest = readManifest(content, file === "-" ? "standard input" : file);
    if (manifest.kind === "problem") throw new BadInput(manifest.message);
    documents.push(...manifest.documents);
  }
  return documents;
}

function windowOf(text: string | undefined): ChoiceOptions["window"] {
  if (text === undefined) return undefined;
  const [name = "", namespace, ...more] = text.split("/").reverse();
  if (name === "" || namespace === "" || more.length > 0)
    throw new BadInput(`--window ${JSON.stringify(text)}: is not a window; write name, or namespace/name`);
  return { namespace, name };
}

function locksOf(text: string | undefined): ChoiceOptions["locks"] {
  if (text === undefined) return undefined;
  const parsed = parseLocks(text);
  if (parsed.kind === "problem") throw new BadInput(`--locks ${JSON.stringify(text)}: ${parsed.message}`);
  return parsed.locks;
}

/** Changes the documents; answers what to tell about it. */
function injectAll(templates: readonly PodTemplate[], options: ChoiceOptions, looks: Options): readonly string[] {
  const windows = new Set<string>();
  const remarks = templates.flatMap((template) => {
    const choice = chooseGate(template, options);
    if (choice.kind === "problem") throw new BadInput(choice.message);
    if (choice.kind === "none") return [];
    windows.add(choice.window);
    if (options.locks !== undefined && windows.size > 1)
      throw new BadInput(`--locks: says the locks of one window, and the templates ask for ${[...windows].join(" and ")}`);
    const put = putGate(template, gateOf(choice, looks));
    if (put.kind === "problem") throw new BadInput(`${template.where}: ${put.message}`);
    return [`${template.owner}: gate of ${choice.window} ${put.kind}`];
  });
  return remarks.length > 0 ? remarks : [`warning: no Pod template has the annotation ${injectAnnotation}; nothing was added`];
}

function gateOf(choice: GateChoice & { readonly kind: "gate" }, looks: Options): Gate {
  const { image, imagePullPolicy, zookeeper } = looks;
  const secrets = [
    ...(looks.tlsSecret === undefined ? [] : [tlsSecret(looks.tlsSecret)]),
    ...(looks.digestSecret === undefined ? [] : [digestSecret(looks.digestSecret)]),
  ];
  const container = gateContainer({ image, imagePullPolicy, zookeeper, locks: choice.locks, window: choice.window, secrets });
  return { container: { ...container }, secrets };
}
