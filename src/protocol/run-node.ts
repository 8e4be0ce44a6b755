// Whose a write node of ours is: the window and the run that its data names (node-data.ts writes it).
//
// Promised: whatever bytes stand in a node, reading them never throws. Not promised: that it is true. Anybody who may write the node
// may write our JSON.
import type { SignalOwner, WindowName } from "./node-data.ts";
import { isSegment } from "./paths.ts";

export interface RunNode extends SignalOwner {
  readonly window: WindowName;
}

const longestData = 16 * 1024;

/** Undefined where the data is not that of a window's run. */
export function parseRunNode(data: Buffer): RunNode | undefined {
  const { window, uid, run, installation } = fields(data);
  const [namespace = "", name = "", ...more] = text(window).split("/");
  const names = [namespace, name, text(uid), text(run), text(installation)];
  if (more.length > 0 || !names.every(isName)) return undefined;
  return { window: { namespace, name, uid: text(uid) }, runId: text(run), installation: text(installation) };
}

function fields(data: Buffer): Readonly<Record<string, unknown>> {
  if (data.length > longestData) return {};
  try {
    const value: unknown = JSON.parse(data.toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Of Kubernetes, a name may be longer than a znode's. */
function isName(value: string): boolean {
  return isSegment(value) || /^[a-z0-9.-]{1,253}$/.test(value);
}
