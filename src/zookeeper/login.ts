// As whom a session logs in: user and password for ZooKeeper's digest scheme, from a file or from the caller.
//
// Promised: a file is read anew for each connection; no message holds what it holds.
// Not promised: that a wrong password is noticed here. ZooKeeper takes any, and refuses what is done with it (`NoAuth`).
import { readFileSync } from "node:fs";
import { messageOf } from "../shared/errors.ts";

/** `credentials`, and the file's only line, are "user:password". */
export type DigestLogin =
  | { readonly scheme: "digest"; readonly credentials: string }
  | { readonly scheme: "digest"; readonly file: string };

/** Throws Error with the file and what is wrong with it. */
export function credentialsOf(login: DigestLogin): Buffer {
  const text = "file" in login ? readLine(login.file) : login.credentials;
  // a password may hold colons and blanks, a user's name no colon
  if (text.indexOf(":") < 1) throw new Error(`the credentials ${from(login)} must be user:password, in one line`);
  return Buffer.from(text);
}

function readLine(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`the ZooKeeper credentials cannot be read: ${messageOf(error)}`);
  }
  const line = text.replace(/\r?\n$/, "");
  return /[\r\n]/.test(line) ? "" : line;
}

function from(login: DigestLogin): string {
  return "file" in login ? `in ${login.file}` : "that were given";
}
