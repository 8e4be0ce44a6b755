// The provider that starts nothing: a cluster of the user's own, by the name of a kubeconfig context. It is used only when asked
// for by name, and the choice is remembered until `down`, which forgets it and deletes nothing in that cluster.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { cacheDirectory } from "../cache.ts";
import { ensureTool } from "../tools/build.ts";
import { attempt, findProgram, run } from "../tools/command.ts";
import { loadIntoKind } from "./kind-image.ts";
import type { Cluster, Provider, UpOptions } from "./provider.ts";

const choiceSchema = z.object({ context: z.string(), kubeconfig: z.string(), kubectl: z.string() });
type Choice = z.infer<typeof choiceSchema>;

const choicePath = () => join(cacheDirectory(), "context.json");

/** The provider of one context; without a name, of the one that was chosen last. */
export function contextProvider(wanted?: string): Provider {
  return { name: "context", find, up: (options) => up(wanted, options), down, status };
}

function readChoice(): Choice | undefined {
  if (!existsSync(choicePath())) return undefined;
  return choiceSchema.safeParse(JSON.parse(readFileSync(choicePath(), "utf8"))).data;
}

async function find(): Promise<Cluster | undefined> {
  const choice = readChoice();
  return choice !== undefined && (await answers(choice)) ? clusterOf(choice) : undefined;
}

const access = ({ kubeconfig, context }: Choice): string[] => ["--kubeconfig", kubeconfig, "--context", context];

async function answers(choice: Choice): Promise<boolean> {
  return (await attempt(choice.kubectl, [...access(choice), "get", "--raw=/readyz", "--request-timeout=5s"])).stdout === "ok";
}

function clusterOf(choice: Choice): Cluster {
  const { kubeconfig, context, kubectl } = choice;
  return {
    provider: "context",
    kubeconfig,
    context,
    kubectl,
    hostAddress: undefined,
    loadImage: (tar) => loadImage(context, tar),
    silenceNode: () =>
      Promise.reject(new Error(`the nodes of context ${context} are not ours to silence: use a cluster of \`npm run cluster up\``)),
  };
}

async function loadImage(context: string, tar: string): Promise<void> {
  if (context.startsWith("kind-")) return loadIntoKind(context.slice("kind-".length), tar);
  throw new Error(
    `the cluster of context ${context} cannot be given an image from a file (${tar}): push it to a registry that its nodes reach, ` +
      "or use a cluster of `npm run cluster up` without --context",
  );
}

async function up(wanted: string | undefined, options: UpOptions): Promise<Cluster> {
  const context = wanted ?? readChoice()?.context;
  if (context === undefined) throw new Error("no context is chosen: name one with --context");
  const kubectl = findProgram("kubectl") ?? (await ensureTool("kubectl", options));
  const choice = { context, kubectl, kubeconfig: await kubeconfigWith(context, kubectl) };
  if (!(await answers(choice)))
    throw new Error(`the cluster of context ${context} (${choice.kubeconfig}) does not answer: is it started, and does kubectl reach it?`);
  writeFileSync(choicePath(), JSON.stringify(choice));
  return clusterOf(choice);
}

/** The first file of KUBECONFIG (or ~/.kube/config) that holds the context. */
async function kubeconfigWith(context: string, kubectl: string): Promise<string> {
  const files = (process.env.KUBECONFIG || join(homedir(), ".kube", "config")).split(delimiter).filter((file) => existsSync(file));
  const known: string[] = [];
  for (const file of files) {
    const names = (await run(kubectl, ["--kubeconfig", file, "config", "get-contexts", "--output=name"]))
      .split("\n")
      .filter((name) => name !== "");
    if (names.includes(context)) return file;
    known.push(...names);
  }
  throw new Error(`there is no context ${context} in ${files.join(", ") || "any kubeconfig"}; there is: ${known.join(", ") || "none"}`);
}

async function down(): Promise<boolean> {
  const chosen = existsSync(choicePath());
  rmSync(choicePath(), { force: true });
  return chosen;
}

async function status(): Promise<readonly string[] | undefined> {
  const choice = readChoice();
  if (choice === undefined) return undefined;
  return [
    `provider    context ${choice.context}, ${(await answers(choice)) ? "answers" : "does not answer"}`,
    `kubeconfig  ${choice.kubeconfig}`,
    `kubectl     ${choice.kubectl}`,
    "`down` forgets it and deletes nothing in it",
  ];
}
