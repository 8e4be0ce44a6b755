// Takes away everything that a start of the built cluster made, however far it had come and whatever has died since.
//
// Promised: only processes that are recognised as ours are ended; files are deleted only after the last mount below them is
// gone; when something cannot be removed, the rest is kept for the next try, and the error says what it was.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../tools/command.ts";
import { areCgroupsThere, readMounts, removeCgroups } from "./cgroups.ts";
import { layout } from "./layout.ts";
import { isBridgeThere, removeNetwork } from "./network.ts";
import { markedProcesses, type ProcessRecord, stopProcesses } from "./process.ts";
import { readState } from "./state.ts";
import { removeStrayFiles } from "./stray-files.ts";

const GRACE_MS = 3000;

/** Whether anything of a start is left on this machine, running or not. */
export function isAnythingLeft(): boolean {
  return existsSync(layout.base) || existsSync(layout.run) || isBridgeThere() || areCgroupsThere() || markedProcesses().length > 0;
}

/** Removes all of it; with `keepLogs`, all but the logs. */
export async function removeAll(keepLogs: boolean, onStep: (text: string) => void): Promise<void> {
  const state = readState();
  onStep("stopping the processes");
  await stopAll(state?.processes ?? []);
  onStep("removing mounts, network and files");
  await removeMounts();
  await removeNetwork(state?.settings ?? {});
  removeStrayFiles();
  rmSync(layout.run, { recursive: true, force: true });
  for (const name of existsSync(layout.base) ? readdirSync(layout.base) : []) {
    if (!keepLogs || join(layout.base, name) !== layout.logs) rmSync(join(layout.base, name), { recursive: true, force: true });
  }
  if (!keepLogs) rmSync(layout.base, { recursive: true, force: true });
}

/**
 * The kubelet before the containers, or it starts them anew; the containers before containerd's shims, which end by themselves
 * when their containers do.
 */
async function stopAll(recorded: readonly ProcessRecord[]): Promise<void> {
  const all = [...recorded, ...markedProcesses()];
  const isShim = ({ name }: ProcessRecord) => name.startsWith("containerd");
  await stopProcesses(
    all.filter((process) => !isShim(process)),
    GRACE_MS,
  );
  await removeCgroups();
  await stopProcesses([...all.filter(isShim), ...markedProcesses()], GRACE_MS);
  await removeCgroups(); // a shim that was about to start a container may have done so
}

async function removeMounts(): Promise<void> {
  const ours = () =>
    readMounts()
      .map(({ point }) => point)
      .filter((point) => isBelow(point, layout.base) || isBelow(point, layout.run));
  // The last mounted first; a second round for what was mounted upon what was busy.
  for (const how of [[], ["-l"]]) {
    for (const point of ours().reverse()) await attempt("umount", [...how, point]);
  }
  const left = ours();
  if (left.length === 0) return;
  throw new Error(
    `these mounts of the cluster cannot be removed: ${left.join(", ")}. Unmount them, and run \`npm run cluster down\` again.`,
  );
}

const isBelow = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}/`);
