// From ZooKeeper's numbers to ZooKeeperError: every number has an answer, those that nobody knows yet included.
import { ZooKeeperError, type ZooKeeperErrorCode } from "./session.ts";

export const noNode = -101;
const sessionExpired = -112;
export const sessionMoved = -118;
/** Follows the refused operation of a transaction, and stands before it as 0: neither is the reason. */
export const notReached = -2;

const codes: Readonly<Record<number, ZooKeeperErrorCode>> = {
  [noNode]: "NoNode",
  [-102]: "NoAuth",
  [-103]: "BadVersion",
  [-108]: "NoChildrenForEphemerals",
  [-110]: "NodeExists",
  [-111]: "NotEmpty",
  [sessionExpired]: "SessionLost",
  [-115]: "AuthFailed",
  // "session moved": the server passed the session to another connection and did not carry the request out
  [sessionMoved]: "ConnectionLoss",
  // "session closed, authentication required"
  [-124]: "AuthFailed",
};

const names: Readonly<Record<number, string>> = {
  [-1]: "system error",
  [-5]: "marshalling error",
  [-6]: "unimplemented",
  [-8]: "bad arguments",
  [-114]: "invalid ACL",
  [-119]: "not read-only",
  [-125]: "quota exceeded",
  [-127]: "throttled",
};

function codeOf(number: number): ZooKeeperErrorCode {
  return codes[number] ?? "Server";
}

/** Whether the session is over with this answer, whatever it was given to. */
export function endsSession(number: number): boolean {
  const code = codeOf(number);
  return code === "SessionLost" || code === "AuthFailed";
}

/** The error for a number that a server answered to `what` ("create /a"). */
export function refusal(number: number, what: string, path?: string, operation?: number): ZooKeeperError {
  const code = codeOf(number);
  const name = code === "Server" ? (names[number] ?? "unknown to this client") : code;
  return new ZooKeeperError(code, `ZooKeeper refused ${what}: ${name} (${number})`, path, operation);
}
