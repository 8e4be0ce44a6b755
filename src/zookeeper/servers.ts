// The connect string: "host:port,host:port/chroot"; the port is 2181 where none is given, IPv6 hosts stand in brackets.
import { checkPath } from "./node-path.ts";
import { ZooKeeperError } from "./session.ts";

export interface Servers {
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** Put before every path; "" or a path without a slash at its end. */
  readonly chroot: string;
}

/** Throws ZooKeeperError `InvalidPath` with the part that cannot be read. */
export function parseServers(text: string): Servers {
  const slash = text.indexOf("/");
  const chroot = slash === -1 ? "" : text.slice(slash);
  if (chroot.length > 1) checkPath(chroot);
  const hosts = (slash === -1 ? text : text.slice(0, slash)).split(",").map((part) => parseHost(part.trim(), text));
  return { hosts, chroot: chroot === "/" ? "" : chroot };
}

function parseHost(part: string, text: string): Servers["hosts"][number] {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(part) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits ?? 2181);
  if (host === undefined || port < 1 || port > 65535) {
    throw new ZooKeeperError(
      "InvalidPath",
      `"${part}" in the ZooKeeper servers "${text}" is not a host and a port: write host:port,host:port or host:port/chroot`,
    );
  }
  return { host, port };
}
