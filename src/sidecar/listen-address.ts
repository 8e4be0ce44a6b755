// Where the sidecar listens: an address of the loopback or a Unix socket, so that nobody outside the Pod can reach it.
import { isIPv4 } from "node:net";
import { type Problem, problemWith } from "./problem.ts";

export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** What the kernel takes, without the zero that it adds. */
const longestSocketPath = 107;

export function parseListenAddress(text: string): ListenAddress | Problem {
  if (text.startsWith("unix:")) return unixSocket(text.slice("unix:".length));
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535) return problemWith(text, "is not an address: write 127.0.0.1:9271, or unix:/path of a socket");
  if (host === "localhost") return { kind: "tcp", host: "127.0.0.1", port };
  if (host !== "::1" && !(isIPv4(host) && host.startsWith("127.")))
    return problemWith(text, "is not of the loopback: the gate is for its own Pod alone; use 127.0.0.1, [::1] or unix:/path");
  return { kind: "tcp", host, port };
}

function unixSocket(path: string): ListenAddress | Problem {
  if (!path.startsWith("/")) return problemWith(`unix:${path}`, "names no absolute path: write unix:/path");
  const bytes = Buffer.byteLength(path);
  if (bytes > longestSocketPath)
    return problemWith(`unix:${path}`, `has a path of ${bytes} bytes: at most ${longestSocketPath} are possible`);
  return { kind: "unix", path };
}

/** As it is written in settings and logs. */
export function addressText(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}
