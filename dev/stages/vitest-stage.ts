// Stages that are one vitest project each. vitest speaks for itself while it runs; its JSON report is read for the counts.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Counts, countsOf, oneFailure } from "./counts.ts";
import type { Stage, StageContext, StageOutcome } from "./stage.ts";

/** `projects`: a pattern, where the stage is more than the project of its name. */
export function vitestStage(name: string, about: string, projects = name): Stage {
  return { name, about, showsItself: "on-terminal", run: (context) => runProject(projects, context) };
}

async function runProject(project: string, context: StageContext): Promise<StageOutcome> {
  const directory = mkdtempSync(join(tmpdir(), "exclusive-window-test-"));
  const file = join(directory, "report.json");
  try {
    const exitCode = await vitest(project, file, context);
    return outcome(exitCode, readCounts(file, exitCode));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** vitest can fail without a failed test (an error nobody caught, a worker that died): that is a failure too. */
function outcome(exitCode: number, counts: Counts): StageOutcome {
  const passed = exitCode === 0 && counts.failed === 0;
  return { passed, counts: passed || counts.failed > 0 ? counts : { ...counts, failed: 1 } };
}

function readCounts(file: string, exitCode: number): Counts {
  if (existsSync(file)) return countsOf(readFileSync(file, "utf8"));
  console.error(`vitest ended (exit code ${exitCode}) without a report: see its messages above`);
  return oneFailure;
}

function vitest(project: string, file: string, { root, vitestArguments, signal }: StageContext): Promise<number> {
  const filtered = vitestArguments.length > 0 ? ["--passWithNoTests"] : [];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", project, ...reporters, ...filtered, ...vitestArguments];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], signal, killSignal: "SIGINT" });
    child.on("error", (error) => (signal.aborted ? resolve(130) : reject(error)));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
