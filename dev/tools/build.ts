// Builds programs from the Go module beside this file, and keeps them in the cache under a digest of the module and the flags:
// while that stays the same, no go command is run at all.
//
// A program appears under its final name only when it is whole, so a build that was broken off leaves nothing to trip over.
// Two builds at the same time cost time and do no harm.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDirectory, digestOf, pruneBeside } from "../cache.ts";
import { checkPrerequisites } from "../prerequisites.ts";
import { type Progress, type StartProgress, startProgress } from "../progress.ts";
import { buildText, nothingSeen, seeBuildLine } from "./build-progress.ts";
import { run } from "./command.ts";

/** The program's package, and the name that `go build -o directory/` gives to it. */
const packages = {
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  kubelet: "k8s.io/kubernetes/cmd/kubelet",
  "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
  kubectl: "k8s.io/kubernetes/cmd/kubectl",
  etcd: "go.etcd.io/etcd/server/v3",
  coredns: "./coredns",
  kind: "sigs.k8s.io/kind",
  helm: "helm.sh/helm/v3/cmd/helm",
  "go-zk": "exclusive-window.dev/examples/go-zk",
} as const;

export type ToolName = keyof typeof packages;

export const KUBERNETES_VERSION = "v1.37.2";

const MODULE = import.meta.dirname;
const MODULE_FILES = ["go.mod", "go.sum", "tools.go", "coredns"];
const BUILT_AS: Readonly<Partial<Record<ToolName, string>>> = { etcd: "server" };
/** Sources outside the module's folder: a change of theirs concerns the program that is made of them, and no other. */
const SOURCES: Readonly<Partial<Record<ToolName, string>>> = { "go-zk": "../../examples/go-zk" };

/** Without these Kubernetes calls itself v0.0.0-master, and kubectl refuses to parse that. */
const version = {
  gitVersion: KUBERNETES_VERSION,
  gitMajor: "1",
  gitMinor: "37",
  gitTreeState: "clean",
  gitCommit: "module",
  buildDate: "2026-01-01T00:00:00Z",
};
const LDFLAGS = ["-s -w", ...Object.entries(version).map(([k, v]) => `-X k8s.io/component-base/version.${k}=${v}`)].join(" ");
const FLAGS = ["-trimpath", "-buildvcs=false", `-ldflags=${LDFLAGS}`];

interface BuildOptions {
  readonly start?: StartProgress;
  readonly signal?: AbortSignal | undefined;
}

/** The paths of the programs, built where they are missing. */
export async function ensureTools<T extends ToolName>(
  names: readonly T[],
  options: BuildOptions = {},
): Promise<Readonly<Record<T, string>>> {
  const missing = names.filter((name) => !existsSync(pathOf(name)));
  const [first] = missing;
  if (first !== undefined) await build(missing, dirname(pathOf(first)), options);
  for (const key of new Set(names.map(cacheKey))) pruneBeside(cacheDirectory("tools"), key);
  return Object.fromEntries(names.map((name) => [name, pathOf(name)])) as Record<T, string>;
}

/** The path of one program, built where it is missing. */
export async function ensureTool(name: ToolName, options: BuildOptions = {}): Promise<string> {
  return (await ensureTools([name], options))[name];
}

/** Whether none of them would have to be built. */
export function areToolsBuilt(names: readonly ToolName[]): boolean {
  return names.every((name) => existsSync(pathOf(name)));
}

function pathOf(name: ToolName): string {
  return join(cacheDirectory("tools", cacheKey(name)), name);
}

function cacheKey(name: ToolName): string {
  const source = SOURCES[name];
  return digestOf(MODULE, source === undefined ? MODULE_FILES : [...MODULE_FILES, source], FLAGS.join("\0") + process.arch);
}

async function build(names: readonly ToolName[], directory: string, options: BuildOptions): Promise<void> {
  await checkPrerequisites(["go"]);
  const progress = (options.start ?? startProgress)(
    `building ${names.length > 3 ? `${names.length} programs` : names.join(", ")} from Go modules`,
  );
  const partial = mkdtempSync(join(directory, ".partial-"));
  try {
    await compile(names, partial, progress, options.signal);
    for (const name of names) renameSync(join(partial, BUILT_AS[name] ?? name), pathOf(name));
    progress.done();
  } catch (error) {
    progress.fail();
    throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function compile(names: readonly ToolName[], output: string, progress: Progress, signal: AbortSignal | undefined): Promise<void> {
  const wanted = names.map((name) => packages[name]);
  let seen = nothingSeen;
  let total = 0;
  const show = () => progress.update(buildText(seen, total, readdirSync(output).length, names.length));
  const onLine = (line: string) => {
    seen = seeBuildLine(seen, line);
    show();
  };
  const common = { cwd: MODULE, env: { CGO_ENABLED: "0" }, onLine, signal };
  mkdirSync(output, { recursive: true });
  total = (await run("go", ["list", "-deps", ...FLAGS.slice(0, 2), ...wanted], common)).split("\n").length - 1;
  // Linking says nothing for minutes: look at what has appeared.
  const look = setInterval(show, 1000);
  try {
    await run("go", ["build", "-v", ...FLAGS, "-o", `${output}/`, ...wanted], common);
  } finally {
    clearInterval(look);
  }
}
