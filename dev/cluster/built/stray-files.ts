// What the kubelet, the runtime and the network plugins leave in places of their own choosing, whatever their flags say: links to
// logs, results of plugins, sockets. Only what is certainly of this cluster, or of nobody any more, is deleted.
import { existsSync, lstatSync, readdirSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { layout } from "./layout.ts";
import { readIfThere } from "./process.ts";

const LOG_LINKS = "/var/log/containers";
const NETWORK_RESULTS = "/var/lib/cni/results";
const DEVICE_PLUGINS = "/var/lib/kubelet/device-plugins";
const SHIM_SOCKETS = "/run/containerd/s";
const GONE_WHEN_EMPTY = [LOG_LINKS, NETWORK_RESULTS, "/var/lib/cni", DEVICE_PLUGINS, "/var/lib/kubelet", SHIM_SOCKETS, "/run/containerd"];

/** After the cluster's processes have ended. */
export function removeStrayFiles(): void {
  // The kernel lists every socket that somebody has open: after ours ended, another kubelet's and other shims'.
  const open = readIfThere("/proc/net/unix") ?? "";
  const strays = [
    ...entriesOf(LOG_LINKS).filter(leadsToOurLogs),
    // A result names the Pod's network namespace, and ours are below our own directory.
    ...entriesOf(NETWORK_RESULTS).filter((result) => readIfThere(result)?.includes(`${layout.run}/`)),
    ...entriesOf(DEVICE_PLUGINS).filter(() => !open.includes(DEVICE_PLUGINS)),
    ...entriesOf(SHIM_SOCKETS).filter((socket) => !open.includes(socket)),
  ];
  for (const stray of strays) rmSync(stray);
  for (const directory of GONE_WHEN_EMPTY) if (existsSync(directory) && entriesOf(directory).length === 0) rmdirSync(directory);
}

function leadsToOurLogs(link: string): boolean {
  return lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith(`${layout.podLogs}/`);
}

function entriesOf(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
}
