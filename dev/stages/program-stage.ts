// Stages that are one program each: quiet when it succeeds, its whole output when it fails.
import { attempt } from "../tools/command.ts";
import { noTests, oneFailure } from "./counts.ts";
import type { Stage, StageContext, StageOutcome } from "./stage.ts";

export interface ProgramStage {
  readonly name: string;
  readonly about: string;
  /** The npm script that does it; also what a person runs to see the failure alone. */
  readonly script: string;
  /** The program and its arguments; `node` is this Node, other names are looked for in node_modules/.bin first. */
  readonly command: readonly [program: string, ...args: readonly string[]];
}

export function programStage({ name, about, script, command }: ProgramStage): Stage {
  return { name, about, run };

  async function run({ root, signal }: StageContext): Promise<StageOutcome> {
    const [program, ...args] = command;
    const { code, stdout, stderr } = await attempt(program === "node" ? process.execPath : program, args, { cwd: root, signal });
    if (code === 0) return { passed: true, counts: noTests };
    const said = [stdout, stderr].map((text) => text.trimEnd()).filter((text) => text !== "");
    console.log(`\n--- ${name} failed (alone: npm run ${script}) ---\n${said.join("\n")}\n`);
    return { passed: false, counts: oneFailure };
  }
}
