// Every command of the documents on lock administration, run by a shell as a reader would, in their order.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/zookeeper/session.ts";
import { documentCommands } from "../support/documents.ts";
import { aLock } from "../support/locks-admin.ts";
import { server, session, withServer } from "../support/server-gate.ts";

withServer();

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(realpathSync(tmpdir()), "locks-documents-"));
  symlinkSync(join(import.meta.dirname, "../../bin/exclusive-window.js"), join(directory, "exclusive-window"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What ends by itself is waited for; a watch is interrupted once it has shown something. */
async function run(command: string): Promise<{ readonly code: unknown; readonly out: string; readonly err: string }> {
  const env = {
    ...process.env,
    EXCLUSIVE_WINDOW_ZOOKEEPER: server().connectString,
    PATH: [directory, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
  };
  const child = spawn("sh", ["-c", `exec ${command}`], { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { out: "", err: "" };
  child.stderr.on("data", (chunk) => {
    printed.err += chunk;
  });
  child.stdout.on("data", (chunk) => {
    printed.out += chunk;
    if (command.includes(" watch ")) child.kill("SIGINT");
  });
  const [code] = await once(child, "close");
  return { code, ...printed };
}

const commandsIn = (file: string) =>
  documentCommands()
    .filter((command) => command.file === file && command.text.startsWith("exclusive-window "))
    .map(({ text }) => text);

const app = "/logdriver/locks/service/99/web/logs/20261126/04/app";

async function tree(ours: Session): Promise<void> {
  for (const mode of ["read", "write"] as const) {
    await aLock(ours, "/locks/orders", "Curator", mode);
    await aLock(ours, app, "ZooKeeperRecipe", mode);
  }
  await ours.remove(await aLock(ours, "/locks/old/invoices", "Curator", "read"), -1);
}

describe.each([
  ["docs/how-to/lock-administration.md", 10, "/locks/old"],
  ["docs/how-to/migrate-from-logdriver.md", 8, "/logdriver/locks/service"],
])("%s", (file, least, gone) => {
  test("shows commands that do what it says", { timeout: 300_000 }, async () => {
    const ours = await session();
    await tree(ours);
    const commands = commandsIn(file);
    expect(commands.length).toBeGreaterThanOrEqual(least);
    for (const command of commands) {
      const { code, err } = await run(command);
      // What a command shows before it removes something is all that it says on standard error.
      expect({ code, err: err.replace(/^(?:PATH |\/).*\n/gm, "") }, command).toEqual({ code: 0, err: "" });
    }
    expect(await ours.exists(gone)).toBeUndefined();
  });
});
