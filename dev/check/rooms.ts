// `npm run rooms`: dependency-cruiser with .dependency-cruiser.mjs, and the proof that it looked.
// Under TypeScript 7 dependency-cruiser cannot read TypeScript: it finds no module and reports success. So every TypeScript
// file of the tree must be among the modules that it cruised, or the check fails.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Finding, printed } from "./finding.ts";
import { roots, sourceFiles } from "./source-files.ts";

const project = resolve(import.meta.dirname, "../..");
const program = join(project, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");

const cruise = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string() })) }),
  }),
});

export interface RoomsReport {
  readonly modules: number;
  /** The rules that were applied: name to comment. */
  readonly rules: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** Cruises the tree at `root` by this project's rules. @throws Error where the tool itself fails. */
export async function checkRooms(root: string): Promise<RoomsReport> {
  const { modules, summary } = cruise.parse(JSON.parse(await depcruise(root)));
  const rules = new Map(summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment]));
  const violations = summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    file: from,
    line: 1,
    message: `${to === from ? "" : `imports ${to}. `}${rules.get(rule.name) ?? ""}`,
  }));
  const cruised = new Set(modules.map((module) => module.source));
  return { modules: summary.totalCruised, rules, findings: [...violations, ...notLookedAt(sourceFiles(root), cruised)] };
}

/** The files that the tool passed over. */
export function notLookedAt(files: readonly string[], cruised: ReadonlySet<string>): readonly Finding[] {
  const message =
    "dependency-cruiser did not look at this file, so its rules mean nothing: see that the installed TypeScript is one that it reads (6).";
  const missed = files.filter((file) => !cruised.has(file)).map((file) => ({ rule: "not-cruised", file, line: 1, message }));
  return files.length > 0 ? missed : [{ rule: "not-cruised", file: ".", line: 1, message: `no TypeScript file was found. ${message}` }];
}

function depcruise(root: string): Promise<string> {
  const folders = roots.filter((folder) => existsSync(join(root, folder)));
  const args = [program, "--config", join(project, ".dependency-cruiser.mjs"), "--output-type", "json", "--no-progress", ...folders];
  return new Promise((done, fail) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (stdout.startsWith("{")) done(stdout);
      else fail(new Error(`dependency-cruiser failed: ${stderr.trim() || stdout.trim() || (error?.message ?? "no output")}`));
    });
  });
}

if (import.meta.main) {
  const { modules, findings } = await checkRooms(resolve(process.argv[2] ?? project));
  for (const finding of findings) console.log(printed(finding));
  console.log(`${modules} modules, ${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
