// Paths of nodes: refused here before anything is sent, and taken apart for createParents.
import { ZooKeeperError } from "./session.ts";

// the server refuses these: control characters, surrogates, private use and specials (PathUtils.validatePath)
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const forbidden = /[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/;

/** Throws ZooKeeperError `InvalidPath` for what no server accepts as the path of a node. */
export function checkPath(path: string): void {
  const wrong = faultOf(path);
  if (wrong !== undefined) throw new ZooKeeperError("InvalidPath", `"${path}" is not the path of a node: ${wrong}`, path);
}

function faultOf(path: string): string | undefined {
  if (!path.startsWith("/")) return "it must begin with /";
  if (path === "/") return undefined;
  if (path.endsWith("/")) return "it must not end with /";
  if (path.includes("//")) return "it must not contain an empty name";
  if (/\/\.\.?(\/|$)/.test(path)) return "it must not contain . or ..";
  return forbidden.test(path) ? "it contains a character that ZooKeeper does not accept" : undefined;
}

/** The path and everything above it, the longest first, without the root. */
export function upwards(path: string): readonly string[] {
  const names = path.split("/").slice(1);
  return path === "/" ? [] : names.map((_, i) => `/${names.slice(0, names.length - i).join("/")}`);
}
