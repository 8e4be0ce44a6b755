// Every command of the document on autonomous components, run by a shell as a reader would, in their order.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { documentCommands } from "../support/documents.ts";
import { server, withServer } from "../support/server-gate.ts";

withServer();

const file = "docs/how-to/run-an-autonomous-component.md";

test(`${file} shows commands that do what it says`, { timeout: 300_000 }, () => {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), "component-documents-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  symlinkSync(join(import.meta.dirname, "../../bin/exclusive-window.js"), join(directory, "exclusive-window"));
  const scripts = {
    "pending.sh": 'for batch in B1 B2 B3 B4 B5 B6; do [ -e "$batch.$RUN" ] || echo "$batch"; done',
    "ingest.sh": '[ "$1" = "$EXCLUSIVE_WINDOW_BATCH" ] && echo "$EXCLUSIVE_WINDOW_FENCING_TOKEN" > "$1.$RUN"',
  };
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, name), 0o755);
  }
  const commands = documentCommands().filter((command) => command.file === file && command.text.startsWith("exclusive-window "));
  expect(commands.length).toBeGreaterThanOrEqual(6);
  for (const [run, { text }] of commands.entries()) {
    const env = {
      ...process.env,
      RUN: `done-${run}`,
      EXCLUSIVE_WINDOW_ZOOKEEPER: server().connectString,
      PATH: [directory, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    };
    const { status, stderr } = spawnSync("sh", ["-c", text], { cwd: directory, env, encoding: "utf8" });
    // When all is done nothing stands.
    const remarks = text.includes("locks scan") ? expect.stringMatching(/^no locks at or below /) : "";
    expect({ status, stderr }, text).toEqual({ status: 0, stderr: remarks });
    const done = readdirSync(directory).filter((name) => name.endsWith(`.done-${run}`));
    expect(done.length, text).toBe(text.includes("component run") ? (text.includes("--queue") ? 6 : 4) : 0);
  }
});
