// The parts of the built cluster that come from the distribution: which of them are missing, and their installation on Debian
// and Ubuntu. Only what is missing is installed, so another vendor's containerd is left alone.
import { existsSync } from "node:fs";
import { type StartProgress, startProgress } from "../progress.ts";
import { attempt, findProgram, run } from "../tools/command.ts";

const PROGRAMS: Readonly<Record<string, string>> = {
  containerd: "containerd",
  ctr: "containerd",
  "containerd-shim-runc-v2": "containerd",
  runc: "runc",
  iptables: "iptables",
  "iptables-save": "iptables",
  conntrack: "conntrack",
  ip: "iproute2",
  mount: "mount",
  umount: "mount",
  openssl: "openssl",
};
const CNI_DIRECTORIES = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];
const CNI_PLUGINS = ["bridge", "host-local", "loopback"];

/** The directory that holds the network plugins, or undefined where there is none. */
export function cniDirectory(): string | undefined {
  return CNI_DIRECTORIES.find((directory) => CNI_PLUGINS.every((plugin) => existsSync(`${directory}/${plugin}`)));
}

/** The path of a busybox that needs no library, or undefined. */
export async function staticBusybox(): Promise<string | undefined> {
  const path = findProgram("busybox");
  if (path === undefined) return undefined;
  const libraries = await attempt("ldd", [path]);
  return libraries.code === 0 ? undefined : path;
}

/** The names of the distribution's packages that have to be installed, in Debian's words. */
export async function missingPackages(): Promise<readonly string[]> {
  const names = Object.entries(PROGRAMS).flatMap(([program, name]) => (findProgram(program) === undefined ? [name] : []));
  if (cniDirectory() === undefined) names.push("containernetworking-plugins");
  if ((await staticBusybox()) === undefined) names.push("busybox-static");
  return [...new Set(names)].sort();
}

/** Whether this machine's packages can be installed from here: Debian or Ubuntu (apt-get), as root. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && findProgram("apt-get") !== undefined;
}

/** Installs what is missing; does nothing where nothing is. */
export async function installPackages(start: StartProgress = startProgress, signal?: AbortSignal): Promise<void> {
  const names = await missingPackages();
  if (names.length === 0) return;
  const progress = start(`installing packages with apt-get: ${names.join(", ")}`);
  const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, signal };
  try {
    progress.update("apt-get update");
    await run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=120", "update"], options);
    progress.update("apt-get install");
    await run("apt-get", ["-qq", "-y", "-o", "DPkg::Lock::Timeout=120", "install", "--no-install-recommends", ...names], options);
  } catch (error) {
    progress.fail();
    throw error;
  }
  const still = await missingPackages();
  if (still.length > 0) {
    progress.fail();
    throw new Error(
      `apt-get installed ${names.join(", ")}, but their programs are not found: ${still.join(", ")}. Look at PATH, or install them by hand.`,
    );
  }
  progress.done();
}
