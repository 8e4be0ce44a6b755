// The control groups of the cluster's containers: one tree in each hierarchy of this machine (one or many, v1 or v2). Every
// process of every container is in them, so that they say whom to end when the runtime cannot be asked any more.
import { type Dirent, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CGROUP } from "./layout.ts";
import { readIfThere } from "./process.ts";

const ENDED_WITHIN_MS = 20_000;

export interface Mount {
  readonly point: string;
  readonly type: string;
}

/** Mount points and file system types in the text of /proc/self/mountinfo, in the order of mounting. */
export function parseMounts(mountinfo: string): readonly Mount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [before, after] = line.split(" - ");
    const [point, type] = [before?.split(" ")[4], after?.split(" ")[0]];
    return point === undefined || type === undefined ? [] : [{ point: unescapeOctal(point), type }];
  });
}

/** The kernel writes blanks in paths as \040. */
function unescapeOctal(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

export function readMounts(): readonly Mount[] {
  return parseMounts(readFileSync("/proc/self/mountinfo", "utf8"));
}

function hierarchies(): readonly Mount[] {
  const found = readMounts().filter(({ type }) => type === "cgroup" || type === "cgroup2");
  return [...new Map(found.map((mount) => [mount.point, mount])).values()];
}

/** Makes the tree's root everywhere; the kubelet refuses to start without it. */
export function makeCgroups(): void {
  for (const { point, type } of hierarchies()) {
    if (type === "cgroup2") passControllersOn(point);
    mkdirSync(join(point, CGROUP), { recursive: true });
    // A new cpuset (v1) has no processors and no memory, and takes no process before it has.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      if (type === "cgroup" && existsSync(join(point, CGROUP, file)))
        writeFileSync(join(point, CGROUP, file), readFileSync(join(point, file)));
    }
  }
}

function passControllersOn(point: string): void {
  const has = (file: string) => readIfThere(join(point, file))?.trim().split(/\s+/) ?? [];
  const wanted = has("cgroup.controllers").filter((name) => ["cpu", "cpuset", "memory", "pids", "hugetlb"].includes(name));
  const missing = wanted.filter((name) => !has("cgroup.subtree_control").includes(name));
  if (missing.length > 0) writeFileSync(join(point, "cgroup.subtree_control"), missing.map((name) => `+${name}`).join(" "));
}

function treesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const children = entriesOf(directory).filter((entry) => entry.isDirectory());
  return [...children.flatMap((child) => treesBelow(join(directory, child.name))), directory];
}

/** A group may go while it is looked at. */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

const ourGroups = (): string[] => hierarchies().flatMap(({ point }) => treesBelow(join(point, CGROUP)));

function pidsIn(groups: readonly string[]): number[] {
  const pids = groups.flatMap((group) => readIfThere(join(group, "cgroup.procs"))?.split("\n") ?? []);
  return [...new Set(pids)].filter((pid) => pid !== "").map(Number);
}

export function areCgroupsThere(): boolean {
  return ourGroups().length > 0;
}

/** Kills whatever process is in the tree, and removes the tree. Throws where a process does not end. */
export async function removeCgroups(): Promise<void> {
  const until = performance.now() + ENDED_WITHIN_MS;
  for (let groups = ourGroups(); groups.length > 0; groups = ourGroups()) {
    const pids = pidsIn(groups);
    if (performance.now() > until)
      throw new Error(`control groups of the cluster stay, by processes that do not end: ${pids.join(", ") || "none"}`);
    // The runtime removes its own at the same time, and a group stays busy until its last process is gone: try, then look again.
    for (const pid of pids) ignoringErrors(() => process.kill(pid, "SIGKILL"));
    for (const group of groups) ignoringErrors(() => rmdirSync(group));
    await sleep(50);
  }
}

function ignoringErrors(work: () => void): void {
  try {
    work();
  } catch {
    // The next look shows what is left.
  }
}
