// What explains a demo that failed: the objects, their Events, the znodes and the logs, as far as they can be had.
import type { Session } from "../src/zookeeper/session.ts";
import type { Kubectl } from "./kubectl.ts";
import { namespace, processorLabel } from "./manifests.ts";

const controller = "exclusive-window";
const logLines = "200";
const most = 500;

/** Prints everything; what cannot be had is said and passed over. */
export async function explain(kubectl: Kubectl, session: Session | undefined, print: (line: string) => void): Promise<void> {
  const ask = async (...args: readonly string[]) => {
    const { stdout, stderr } = await kubectl.attempt(args);
    print(`\n--- kubectl ${args.join(" ")}\n${(stdout.trim() || stderr.trim()).trimEnd()}`);
  };
  await ask("get", "nodes,pods", "--all-namespaces", "--output=wide");
  await ask("--namespace", namespace, "get", "exclusivewindows,jobs", "--output=yaml", "--show-managed-fields=false");
  await ask("--namespace", namespace, "get", "events.events.k8s.io", "--sort-by=.metadata.creationTimestamp");
  await ask("--namespace", controller, "get", "events.events.k8s.io", "--sort-by=.metadata.creationTimestamp");
  await ask("--namespace", namespace, "logs", `--selector=app=${processorLabel}`, "--prefix", "--tail=20");
  await ask("--namespace", namespace, "logs", "--selector=batch.kubernetes.io/job-name", "--prefix", `--tail=${logLines}`);
  await ask("--namespace", controller, "logs", "--selector=app.kubernetes.io/component=controller", "--prefix", `--tail=${logLines}`);
  if (session === undefined) return;
  print("\n--- znodes");
  for (const line of await tree(session, "/", most)) print(line);
}

/** Every znode below `root` with its owner and the beginning of its data; ZooKeeper's own are left out. */
async function tree(session: Session, root: string, limit: number): Promise<readonly string[]> {
  const lines: string[] = [];
  const waiting = [root];
  for (let path = waiting.shift(); path !== undefined && lines.length < limit; path = waiting.shift()) {
    if (path === "/zookeeper") continue;
    const [node, names] = await Promise.all([session.get(path), session.children(path)]).catch(() => [undefined, undefined]);
    if (node === undefined) continue;
    lines.push(`${path}  ${node.stat.ephemeralOwner ?? "persistent"}  ${JSON.stringify(node.data.toString().slice(0, 300))}`);
    waiting.push(...(names ?? []).toSorted().map((name) => `${path === "/" ? "" : path}/${name}`));
  }
  return lines;
}
