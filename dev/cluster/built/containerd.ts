// The container runtime: a containerd of the cluster's own (root, state and socket), whatever other one runs on this machine,
// and the images that are brought to it as files.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { program } from "../../image/entries.ts";
import { attempt, findProgram, run } from "../../tools/command.ts";
import { baseEntries, busyboxEntries, writeImage } from "../image-tar.ts";
import { cniDirectory, staticBusybox } from "../packages.ts";
import { BRIDGE, layout, NAME } from "./layout.ts";
import type { Daemon } from "./process.ts";
import type { Subnets } from "./subnets.ts";

/** Sandboxes sleep in it, and Pods of tests that want a shell find one in it. */
export const BUSYBOX_IMAGE = "localhost/exclusive-window/busybox:dev";
export const COREDNS_IMAGE = "localhost/exclusive-window/coredns:dev";

const IMPORT_VISIBLE_MS = 30_000;

/** Writes containerd's and the network's configuration, and says how containerd is started. */
export function containerd(subnets: Subnets): Daemon {
  const plugins = cniDirectory();
  const program = findProgram("containerd");
  if (plugins === undefined || program === undefined)
    throw new Error("containerd or the network plugins are gone: run `npm run cluster up` again");
  mkdirSync(join(layout.config, "net.d"), { recursive: true });
  const config = join(layout.config, "containerd.toml");
  writeFileSync(config, containerdConfig(plugins));
  writeFileSync(join(layout.config, "net.d", `${NAME}.conflist`), JSON.stringify(networkConfig(subnets), null, 2));
  return { name: "containerd", program, args: ["--config", config] };
}

function containerdConfig(plugins: string): string {
  const cri = '[plugins."io.containerd.grpc.v1.cri"';
  return [
    "version = 2",
    `root = "${layout.containerdRoot}"`,
    `state = "${layout.containerdState}"`,
    "[grpc]",
    `address = "${layout.containerdSocket}"`,
    `${cri}]`,
    `sandbox_image = "${BUSYBOX_IMAGE}"`,
    // Root may lack CAP_SYS_RESOURCE (a sandboxed machine): without this every sandbox then dies at its start.
    "restrict_oom_score_adj = true",
    // So that removing our state directory removes the Pods' network namespaces too.
    "netns_mounts_under_state_dir = true",
    `${cri}.cni]`,
    `bin_dir = "${plugins}"`,
    `conf_dir = "${join(layout.config, "net.d")}"`,
    `${cri}.containerd]`,
    'default_runtime_name = "runc"',
    `${cri}.containerd.runtimes.runc]`,
    'runtime_type = "io.containerd.runc.v2"',
    `${cri}.containerd.runtimes.runc.options]`,
    `Root = "${layout.runcRoot}"`,
    "",
  ].join("\n");
}

function networkConfig(subnets: Subnets): unknown {
  const ipam = { type: "host-local", ranges: [[{ subnet: subnets.pods }]], routes: [{ dst: "0.0.0.0/0" }], dataDir: layout.networkPlugins };
  // The bridge, its address and the masquerading are made by network.ts, before the first Pod and for all of them.
  const bridge = { type: "bridge", bridge: BRIDGE, isGateway: true, ipMasq: false, hairpinMode: true, ipam };
  return { cniVersion: "0.4.0", name: NAME, plugins: [bridge] };
}

function ctr(args: readonly string[]): Promise<string> {
  const program = findProgram("ctr") ?? "ctr";
  return run(program, ["--address", layout.containerdSocket, "--namespace", "k8s.io", ...args]);
}

export async function isContainerdReady(): Promise<boolean> {
  return (await attempt(findProgram("ctr") ?? "ctr", ["--address", layout.containerdSocket, "version"], { timeoutMs: 5000 })).code === 0;
}

/** Imports an image file and waits until the kubelet's view has it. The same file twice is no error. */
export async function importImage(tar: string): Promise<void> {
  const said = await ctr(["images", "import", tar]);
  const names = [...said.matchAll(/^unpacking (\S+) /gm)].flatMap((match) => match[1] ?? []);
  if (names.length === 0) throw new Error(`${tar} holds no image for this machine; containerd said: ${said.trim()}`);
  const until = performance.now() + IMPORT_VISIBLE_MS;
  // The runtime's Kubernetes side learns of it by an event; a Pod that comes before it would try to pull.
  while (!(await names.reduce(async (all, name) => (await all) && isVisible(name), Promise.resolve(true)))) {
    if (performance.now() > until)
      throw new Error(`${names.join(", ")} was imported but does not show up for the kubelet; see ${layout.logs}/containerd.log`);
    await sleep(100);
  }
}

async function isVisible(name: string): Promise<boolean> {
  const listed = await ctr(["images", "list", "--quiet", `name==${name},labels."io.cri-containerd.image"==managed`]);
  return listed.split("\n").includes(name);
}

/** Makes and imports the two images that the cluster itself runs. */
export async function importOwnImages(coredns: string): Promise<void> {
  const busybox = await staticBusybox();
  if (busybox === undefined) throw new Error("the static busybox is gone: run `npm run cluster up` again");
  const applets = (await run(busybox, ["--list"])).trim().split("\n");
  const shell = { name: BUSYBOX_IMAGE, entries: [...baseEntries, ...busyboxEntries(busybox, applets)], command: ["sleep", "infinity"] };
  const dns = { name: COREDNS_IMAGE, entries: [...baseEntries, program("coredns", coredns)], entrypoint: ["/coredns"] };
  for (const [file, image] of [
    ["busybox.tar", shell],
    ["coredns.tar", dns],
  ] as const) {
    await writeImage(image, join(layout.config, file));
    await importImage(join(layout.config, file));
  }
}
