import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type StartProgress, silentProgress } from "../progress.ts";
import { withLock } from "./lock.ts";

let count = 0;
const freshName = (): string => `\0exclusive-window-test-${process.pid}-${count++}`;

test.runIf(process.platform === "linux")("the second holder waits for the first, and is shown its pid", async () => {
  const name = freshName();
  const order: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: waiting, resolve: onWaiting } = Promise.withResolvers<string>();
  const first = withLock({ start: silentProgress, name }, async () => {
    await released;
    order.push("first");
  });
  const start: StartProgress = () => ({ update: onWaiting, done() {}, fail() {} });
  const second = withLock({ start, name }, async () => {
    order.push("second");
  });
  expect(await waiting).toBe(`pid ${process.pid}`);
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(["first", "second"]);
});

test.runIf(process.platform === "linux")("the lock is free again when the work throws", async () => {
  const name = freshName();
  const failing = withLock({ start: silentProgress, name }, async () => {
    throw new Error("broken off");
  });
  await expect(failing).rejects.toThrow("broken off");
  expect(await withLock({ start: silentProgress, name }, async () => "taken")).toBe("taken");
});

test("a wait can be broken off", async () => {
  const name = freshName();
  const stop = new AbortController();
  await withLock({ start: silentProgress, name }, async () => {
    const start: StartProgress = () => ({ update: () => stop.abort(), done() {}, fail() {} });
    await expect(withLock({ start, name, signal: stop.signal }, async () => "never")).rejects.toThrow();
  });
});

test("a file that a killed holder left does not stop the next one", async () => {
  const directory = mkdtempSync(join(tmpdir(), "lock-"));
  const name = join(directory, "lock.sock");
  const script = `require("node:net").createServer().listen(${JSON.stringify(name)}, () => console.log("holding"))`;
  const holder = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect(await withLock({ start: silentProgress, name }, async () => "taken")).toBe("taken");
  rmSync(directory, { recursive: true });
});
