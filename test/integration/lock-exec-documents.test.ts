// Every command of the documents on `lock exec`, run by a shell as a reader would, in their order.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { documentCommands } from "../support/documents.ts";
import { aDesk } from "../support/lock-exec.ts";
import { server, session, withServer } from "../support/server-gate.ts";

withServer();

/** Where a reader sits: with the program, and with scripts of his own that say under how many locks they run. */
function aReadersDesk() {
  const desk = aDesk();
  symlinkSync(join(import.meta.dirname, "../../bin/exclusive-window.js"), desk.at("exclusive-window"));
  for (const name of ["report.sh", "move-orders.sh", "make"]) {
    writeFileSync(desk.at(name), '#!/bin/sh\necho "$EXCLUSIVE_WINDOW_LOCK_PATHS" | wc -l\n');
    chmodSync(desk.at(name), 0o755);
  }
  for (const folder of ["incoming", "working", "data"]) mkdirSync(desk.at(folder));
  writeFileSync(desk.at("incoming/part-04"), "lines");
  return desk;
}

type Desk = ReturnType<typeof aReadersDesk>;

async function run(command: string, desk: Desk): Promise<{ readonly code: unknown; readonly out: string; readonly err: string }> {
  const PATH = [desk.at("."), dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  const env = { ...process.env, EXCLUSIVE_WINDOW_ZOOKEEPER: server().connectString, PATH };
  const child = spawn("sh", ["-c", `exec ${command}`], { cwd: desk.at("."), env, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { out: "", err: "" };
  for (const [stream, name] of [
    [child.stdout, "out"],
    [child.stderr, "err"],
  ] as const)
    stream.setEncoding("utf8").on("data", (more: string) => {
      printed[name] += more;
    });
  const [code] = await once(child, "close");
  return { code, ...printed };
}

test("they do what the documents say", { timeout: 300_000 }, async () => {
  const desk = aReadersDesk();
  const commands = documentCommands().filter(
    ({ file, text }) =>
      file === "docs/how-to/lock-a-days-data.md" || (file === "docs/reference/cli.md" && text.startsWith("exclusive-window lock exec")),
  );
  const printed: string[] = [];
  for (const { text } of commands) {
    const { code, out, err } = await run(text, desk);
    // Scan says so where nobody holds anything by then.
    expect({ code, err: err.replace(/^no locks at or below .*\n$/, "") }, text).toEqual({ code: 0, err: "" });
    if (/report|orders/.test(text)) printed.push(out.trim());
  }
  expect(printed.toSorted()).toEqual(["1", "2", "24", "24", "24", "24"]);
  expect(desk.read("data/part-04")).toBe("lines");
  const ours = await session();
  expect(await ours.exists("/logdriver/locks/service/99/web/logs/20261125/23/app")).toBeDefined();
  expect(await ours.exists("/warehouse/2026-11-26/23/web/app")).toBeDefined();
});
