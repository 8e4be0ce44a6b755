// The bridge that Pods hang on, its addresses and routes, the firewall rules and kernel settings that let it work, and their
// removal. The bridge's own address is where Pods reach servers of this machine, the API server among them.
import { readFileSync, writeFileSync } from "node:fs";
import { attempt, findProgram, run } from "../../tools/command.ts";
import { hasKubernetesChains, removalScript } from "./firewall.ts";
import { BRIDGE, RULE_COMMENT } from "./layout.ts";
import { readIfThere } from "./process.ts";
import { addressIn, chooseSubnets, occupiedByFile, occupiedByRoutes, type Subnets } from "./subnets.ts";

/** What the kernel needs for the bridge; the rest are set by the kubelet or kube-proxy at their start. */
const SETTINGS: Readonly<Record<string, string | undefined>> = {
  "net/ipv4/ip_forward": "1",
  "net/bridge/bridge-nf-call-iptables": "1",
  "net/ipv4/conf/all/route_localnet": undefined,
  "vm/overcommit_memory": undefined,
  "vm/panic_on_oom": undefined,
  "kernel/panic": undefined,
  "kernel/panic_on_oops": undefined,
  "kernel/keys/root_maxkeys": undefined,
  "kernel/keys/root_maxbytes": undefined,
};

/** The bridge's address: the Pods' gateway, the node's address, and where Pods reach this machine. */
export const gatewayOf = (subnets: Subnets): string => addressIn(subnets.pods, 1);
export const apiServiceOf = (subnets: Subnets): string => addressIn(subnets.services, 1);
export const dnsServiceOf = (subnets: Subnets): string => addressIn(subnets.services, 10);

export async function findSubnets(): Promise<Subnets> {
  const routes = occupiedByRoutes(await run("ip", ["-j", "-4", "route", "show", "table", "all"]));
  const files = ["/etc/hosts", "/etc/resolv.conf"].flatMap((path) => occupiedByFile(readIfThere(path) ?? "", path));
  return chooseSubnets([...routes, ...files]);
}

/** Whether the firewall holds chains of a kube-proxy. */
export async function isKubernetesHere(): Promise<boolean> {
  return hasKubernetesChains((await attempt("iptables-save", [])).stdout);
}

/** Settings as they are now; those that this kernel does not have are left out. */
export function readSettings(): Record<string, string> {
  const found = Object.keys(SETTINGS).flatMap((name) => {
    const value = readIfThere(`/proc/sys/${name}`)?.trim();
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

/** Loads the module whose absence makes a Service's answer pass the bridge untranslated; kube-proxy works around it else. */
export async function loadBridgeFilter(): Promise<void> {
  if (readIfThere("/proc/sys/net/bridge/bridge-nf-call-iptables") === undefined) await attempt("modprobe", ["br_netfilter"]);
}

export function isBridgeFiltered(): boolean {
  return readIfThere("/proc/sys/net/bridge/bridge-nf-call-iptables")?.trim() === "1";
}

export async function makeNetwork(subnets: Subnets): Promise<void> {
  for (const [name, value] of Object.entries(SETTINGS)) {
    if (value !== undefined && readIfThere(`/proc/sys/${name}`) !== undefined) writeFileSync(`/proc/sys/${name}`, value);
  }
  await run("ip", ["link", "add", BRIDGE, "type", "bridge"]);
  await run("ip", ["address", "add", `${gatewayOf(subnets)}/24`, "dev", BRIDGE]);
  await run("ip", ["link", "set", BRIDGE, "up"]);
  // A packet for a Service without endpoints must never leave by the machine's own interfaces.
  await run("ip", ["route", "add", subnets.services, "dev", BRIDGE]);
  // First in their chains: after a Docker daemon has run, or under a host firewall, the policies drop what is not accepted.
  await rule("filter", "INPUT", ["-i", BRIDGE], "ACCEPT");
  await rule("filter", "FORWARD", ["-i", BRIDGE], "ACCEPT");
  await rule("filter", "FORWARD", ["-o", BRIDGE], "ACCEPT");
  // Not what the machine says to itself from the bridge's address, by the loopback interface.
  await rule("nat", "POSTROUTING", ["-s", subnets.pods, "!", "-d", subnets.pods, "!", "-o", BRIDGE], "MASQUERADE");
}

async function rule(table: string, chain: string, match: readonly string[], target: string): Promise<void> {
  await run("iptables", ["-w", "-t", table, "-I", chain, ...match, "-m", "comment", "--comment", RULE_COMMENT, "-j", target]);
}

/** Takes away the bridge, the rules and the settings' changes; what is already gone is no error. */
export async function removeNetwork(settings: Readonly<Record<string, string>>): Promise<void> {
  if ((await attempt("ip", ["link", "show", BRIDGE])).code === 0) await run("ip", ["link", "delete", BRIDGE]);
  for (const family of ["iptables", "ip6tables"]) await removeRules(family);
  for (const [name, value] of Object.entries(settings)) {
    if (readIfThere(`/proc/sys/${name}`)?.trim() !== value) writeFileSync(`/proc/sys/${name}`, value);
  }
}

async function removeRules(family: string): Promise<void> {
  if (findProgram(`${family}-save`) === undefined) return;
  const script = removalScript((await attempt(`${family}-save`, [])).stdout, RULE_COMMENT);
  if (script !== "") await run(`${family}-restore`, ["--noflush", "-w"], { input: script });
}

/** Whether the bridge of an earlier start is still there. */
export function isBridgeThere(): boolean {
  try {
    readFileSync(`/sys/class/net/${BRIDGE}/address`);
    return true;
  } catch {
    return false;
  }
}
