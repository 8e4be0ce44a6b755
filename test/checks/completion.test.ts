// Completion as a shell does it: bash with the script that is printed, and kubectl's way of asking.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { project } from "./planted-tree.ts";

let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "completion-"));
  for (const shell of ["bash", "zsh", "fish", "kubectl"]) writeFileSync(join(directory, shell), await script(shell));
  chmodSync(join(directory, "kubectl"), 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function script(shell: string): Promise<string> {
  let out = "";
  const machine = {
    clock: systemClock,
    program: "exclusive-window",
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => expect.fail(text),
    read: () => Promise.reject(new Error("nothing is read")),
  };
  expect(await runProgram(["completion", shell], machine)).toBe(0);
  return out;
}

/** What bash offers after these words; the last one is being completed. */
function completed(...words: readonly string[]): readonly string[] {
  const program = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _exclusive_window; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ["-c", program, join(directory, "bash"), "exclusive-window", ...words];
  return execFileSync("bash", args, { encoding: "utf8", cwd: project }).split("\n").filter(Boolean);
}

describe("bash", () => {
  test.each([
    [["lo"], ["locks", "lock"]],
    [
      ["lock", "exec", "--mode", ""],
      ["read", "write"],
    ],
    [
      ["locks", "read", ""],
      ["status", "reset", "help", "-h", "--help"],
    ],
    [["locks", "re"], ["read"]],
    [["locks", "scan", "--em"], ["--empty"]],
    [
      ["locks", "scan", "-o", ""],
      ["json", "yaml", "wide"],
    ],
    [["locks", "scan", "--output", "w"], ["wide"]],
    [["locks", "write", "reset", "/locks", "--dialect", "CuratorM"], ["CuratorMutex"]],
    [["locks", "watch", "--zookeeper", ""], []],
    [["locks", "watch", "--tls-ca", "READ"], ["README.md"]],
    [["next", "-f", "deploy/samples/win"], ["deploy/samples/window.yaml"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish", "kubectl", "-h", "--help"],
    ],
  ])("after %j offers %j", (words, offered) => {
    expect(completed(...words)).toEqual(offered);
  });
});

describe("kubectl", () => {
  const asked = (...words: readonly string[]) => execFileSync(join(directory, "kubectl"), words, { encoding: "utf8" });

  test("gets words and a directive: no files, or files", () => {
    expect(asked("locks", "read", "s")).toBe("status\n:4\n");
    expect(asked("locks", "scan", "--auth", "")).toBe(":0\n");
  });
});

describe.each(["bash", "zsh", "fish"])("%s", (shell) => {
  // Only where it is installed: nobody needs all three.
  const version = () => execFileSync(shell, ["--version"], { stdio: "pipe" });
  const installed = (() => {
    try {
      return version().length > 0;
    } catch {
      return false;
    }
  })();

  test.runIf(installed)("takes the script", () => {
    expect(execFileSync(shell, ["-n", join(directory, shell)], { encoding: "utf8" })).toBe("");
  });
});
