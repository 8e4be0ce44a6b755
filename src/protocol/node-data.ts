// What our nodes carry: small JSON, written here and read back here.
//
// Promised: whatever bytes stand in a node, reading them never throws; what is not exactly ours is foreign. Names that come out
// of data can stand in a path.
// Not promised: that ours is true. Anybody who may write the node may write our JSON.
import { checkLockPath, isSegment, type LockPaths, mostLocks } from "./paths.ts";

export interface WindowName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** A run of a window, by everything that its znodes are named after. */
export interface RunIdentity {
  /** The name of the controller's installation: only that one sweeps the run. */
  readonly installation: string;
  readonly runId: string;
  readonly window: WindowName;
  /** No path twice, none below another (checkLocks). */
  readonly locks: readonly LockPaths[];
}

/** One of the runs that a signal stands for; it counts only while its held node exists. */
export interface SignalOwner {
  readonly installation: string;
  readonly runId: string;
}

export type SignalData =
  | { readonly kind: "ours"; readonly owners: readonly SignalOwner[] }
  /** `found` says for people what the node holds instead. */
  | { readonly kind: "foreign"; readonly found: string };

export interface HeldData {
  readonly window: WindowName;
  readonly locks: readonly LockPaths[];
}

const mostOwners = 1000;
const longestData = 256 * 1024;
const longestOwner = 200;

export function sameRun(a: SignalOwner, b: SignalOwner): boolean {
  return a.runId === b.runId && a.installation === b.installation;
}

export function signalData(owners: readonly SignalOwner[]): Buffer {
  return encode({ runs: owners.map((owner) => ({ installation: owner.installation, run: owner.runId })) });
}

export function parseSignal(data: Buffer): SignalData {
  const runs = field(decode(data), "runs");
  const foreign: SignalData = { kind: "foreign", found: shown(data) };
  if (!Array.isArray(runs) || runs.length > mostOwners) return foreign;
  const owners: SignalOwner[] = [];
  for (const entry of runs) {
    const installation = field(entry, "installation");
    const runId = field(entry, "run");
    if (!isName(installation) || !isName(runId)) return foreign;
    const owner = { installation, runId };
    if (!owners.some((other) => sameRun(other, owner))) owners.push(owner);
  }
  return { kind: "ours", owners };
}

export function writeNodeData(run: RunIdentity, signalPath: string): Buffer {
  const { window, runId, installation } = run;
  return encode({ window: `${window.namespace}/${window.name}`, uid: window.uid, run: runId, installation, signalPath });
}

export function heldData(run: RunIdentity): Buffer {
  const { window, locks } = run;
  const paths = locks.map((lock) => ({ path: lock.path, signalPath: lock.signalPath }));
  return encode({ window: { namespace: window.namespace, name: window.name, uid: window.uid }, locks: paths });
}

/** Undefined where the data is not ours. */
export function parseHeld(data: Buffer): HeldData | undefined {
  const value = decode(data);
  const window = parseWindow(field(value, "window"));
  const locks = field(value, "locks");
  if (window === undefined || !Array.isArray(locks) || locks.length > mostLocks) return undefined;
  const paths = locks.map(parseLock);
  return paths.every((lock) => lock !== undefined) ? { window, locks: paths } : undefined;
}

function parseWindow(value: unknown): WindowName | undefined {
  const namespace = field(value, "namespace");
  const name = field(value, "name");
  const uid = field(value, "uid");
  return isText(namespace) && isText(name) && isText(uid) ? { namespace, name, uid } : undefined;
}

function parseLock(value: unknown): LockPaths | undefined {
  const path = field(value, "path");
  const signalPath = field(value, "signalPath");
  return isPath(path) && (signalPath === "" || isPath(signalPath)) ? { path, signalPath } : undefined;
}

/** Who made a lock node, for people: of ours the window and the run, of others the text they left (Curator: an address); "" if unknown. */
export function ownerOf(data: Buffer): string {
  const value = decode(data);
  const window = field(value, "window");
  const run = field(value, "run");
  if (isText(window) && isText(run)) return `${window} run ${run}`.slice(0, longestOwner);
  const text = data.subarray(0, longestOwner).toString("latin1");
  return printable.test(text) ? text.trim() : "";
}

const printable = /^[\x20-\x7e]*$/;

function shown(data: Buffer): string {
  if (data.length === 0) return "no data";
  const start = data.subarray(0, 60).toString("latin1");
  const text = printable.test(start) ? ` that begin with ${JSON.stringify(start)}` : "";
  return `${data.length} bytes${text}`;
}

function encode(value: object): Buffer {
  return Buffer.from(JSON.stringify(value), "utf8");
}

function decode(data: Buffer): unknown {
  if (data.length > longestData) return undefined;
  try {
    return JSON.parse(data.toString("utf8"));
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= 253 && printable.test(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && isSegment(value);
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && checkLockPath(value) === undefined;
}
