// The machine's Python, whoever put it there: the distribution or a version manager, whose `python3` may be a shell script.
import { attempt } from "../tools/command.ts";

export interface Interpreter {
  /** The program itself, links and scripts followed. */
  readonly program: string;
  /** As 3.11.7. */
  readonly version: string;
  /** The directories of its standard library; where the machine keeps it in one, there is one. */
  readonly library: readonly string[];
}

const ASK = `
import json, os, sys, sysconfig
paths = sysconfig.get_paths()
print(json.dumps({
    "program": os.path.realpath(sys.executable),
    "version": "%d.%d.%d" % sys.version_info[:3],
    "library": sorted({os.path.realpath(paths[name]) for name in ("stdlib", "platstdlib")}),
}))`;

/** undefined where there is none, or one that is too old. */
export async function findPython(): Promise<Interpreter | undefined> {
  const asked = await attempt("python3", ["-I", "-c", ASK]);
  if (asked.code !== 0) return undefined;
  const found = JSON.parse(asked.stdout) as Interpreter;
  const [major = 0, minor = 0] = found.version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 9) ? found : undefined;
}

/** Throws with what to install. */
export async function python(): Promise<Interpreter> {
  const found = await findPython();
  if (found === undefined) throw new Error("there is no python3 on PATH, or one that is too old: install Python, 3.9 or later, with pip");
  return found;
}
