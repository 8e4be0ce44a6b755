import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import {
  isRunning,
  isSameProcess,
  markedProcesses,
  type ProcessRecord,
  parseStat,
  readBootId,
  startDaemon,
  stopProcesses,
} from "./process.ts";

const statOf = (name: string, state: string, start: string): string =>
  `417 (${name}) ${state} 1 417 417 0 -1 4194560 ${"0 ".repeat(12)}${start} 12345 67\n`;
const record: ProcessRecord = { name: "etcd", pid: 417, startTicks: "9000", bootId: "this boot" };

describe("recognising a process", () => {
  test.each(["etcd", "a name with spaces", "(sd-pam)", "odd) S 1 2"])("the kernel's account of %j is read", (name) => {
    expect(parseStat(statOf(name, "S", "9000"))).toEqual({ state: "S", startTicks: "9000" });
  });

  test("an empty account is none", () => {
    expect(parseStat("")).toBeUndefined();
  });

  test.each([
    { what: "the same pid, start and boot", boot: "this boot", stat: statOf("etcd", "S", "9000"), same: true },
    { what: "a pid that was given to another process", boot: "this boot", stat: statOf("etcd", "S", "9001"), same: false },
    { what: "the same numbers after a reboot", boot: "next boot", stat: statOf("etcd", "S", "9000"), same: false },
    { what: "a process that ended and was not waited for", boot: "this boot", stat: statOf("etcd", "Z", "9000"), same: false },
    { what: "no process", boot: "this boot", stat: undefined, same: false },
  ])("$what: $same", ({ boot, stat, same }) => {
    expect(isSameProcess(record, boot, stat)).toBe(same);
  });
});

describe.runIf(process.platform === "linux")("real processes", () => {
  const directory = mkdtempSync(join(tmpdir(), "processes-"));
  const log = join(directory, "log");
  const mark = `EXCLUSIVE_WINDOW_TEST_${process.pid}`; // not the cluster's: its removal would end our processes
  const started: ProcessRecord[] = [];
  const start = (script: string): ProcessRecord => {
    const daemon = startDaemon({ name: "probe", program: "/bin/sh", args: ["-c", script] }, log, mark);
    started.push(daemon);
    return daemon;
  };
  afterEach(async () => {
    await stopProcesses(started.splice(0), 0);
    rmSync(log, { force: true });
  });

  test("a started process is recognised, bears the mark, and is gone after it was stopped", async () => {
    const daemon = start("echo started; exec sleep 600");
    expect(isRunning(daemon)).toBe(true);
    await expect.poll(() => readFileSync(log, "utf8"), { timeout: 20_000 }).toBe("started\n");
    expect(markedProcesses(mark).map(({ pid }) => pid)).toContain(daemon.pid);
    await stopProcesses([daemon], 20_000);
    expect(isRunning(daemon)).toBe(false);
  });

  test("a process that ignores SIGTERM is killed", async () => {
    const daemon = start("trap '' TERM; echo deaf; while :; do sleep 1; done");
    await expect.poll(() => readFileSync(log, "utf8"), { timeout: 20_000 }).toBe("deaf\n");
    await stopProcesses([daemon], 200);
    expect(isRunning(daemon)).toBe(false);
  });

  test("a record whose pid belongs to another process leaves that one alone", async () => {
    const other = spawn("sleep", ["600"]);
    await once(other, "spawn");
    const stale: ProcessRecord = { name: "etcd", pid: other.pid ?? 0, startTicks: "1", bootId: readBootId() };
    await stopProcesses([stale], 0);
    expect(other.signalCode).toBeNull();
    expect(other.exitCode).toBeNull();
    other.kill("SIGKILL");
    const [, signal] = await once(other, "exit");
    expect(signal).toBe("SIGKILL"); // ours, and not an earlier one
  });
});
