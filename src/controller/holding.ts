// Which Pods hold a read lock: the owner text of a lock node is its Pod's address. Unmodified Curator writes its host's address,
// which in a Pod is the Pod's; gates of ours are given it as POD_IP. Pure.
//
// Promised: a node with another owner text is nobody's, and is told as such. Not promised: to tell apart Pods that share their node's
// address (hostNetwork): while one of them holds a lock, all of them count as holding.
import { isIPv6 } from "node:net";
import type { LockHolder } from "../zookeeper/run-locks.ts";

export interface AddressedPod {
  readonly name: string;
  readonly uid: string;
  readonly podIp: string | undefined;
}

/** Those of the Pods that hold a read lock, in their order. Pods that have ended do not belong here: their address may be another's. */
export function holdingPods<P extends AddressedPod>(pods: readonly P[], holders: readonly LockHolder[]): readonly P[] {
  const owners = new Set(readers(holders).map(({ owner }) => plainAddress(owner)));
  return pods.filter(({ podIp }) => podIp !== undefined && owners.has(plainAddress(podIp)));
}

/** The read locks that belong to none of the Pods. */
export function unmatchedHolders(pods: readonly AddressedPod[], holders: readonly LockHolder[]): readonly LockHolder[] {
  const addresses = new Set(pods.flatMap(({ podIp }) => (podIp === undefined ? [] : [plainAddress(podIp)])));
  return readers(holders).filter(({ owner }) => !addresses.has(plainAddress(owner)));
}

function readers(holders: readonly LockHolder[]): readonly LockHolder[] {
  return holders.filter(({ kind, owner }) => kind === "read" && owner !== "");
}

/** Java writes fd00:0:0:0:0:0:0:5%eth0 for what Kubernetes calls fd00::5. */
function plainAddress(text: string): string {
  const [address = ""] = text.split("%");
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname : text;
}
