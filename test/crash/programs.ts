// The programs that are killed and started hundreds of times, each bundled into one file once: they start in a third of the time, and
// whoever edits the tree meanwhile does not change what is tried.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleSource } from "../../dev/image/bundle.ts";

export interface Programs {
  /** src/controller/main.ts. */
  readonly real: string;
  /** controller.ts beside this file: it kills itself where it is told to. */
  readonly mortal: string;
  remove(): void;
}

export async function bundlePrograms(): Promise<Programs> {
  const dir = mkdtempSync(join(tmpdir(), "exclusive-window-crash-"));
  const make = async (name: string, source: string) => {
    writeFileSync(join(dir, name), await bundleSource(source));
    return join(dir, name);
  };
  return {
    real: await make("real.mjs", "src/controller/main.ts"),
    mortal: await make("mortal.mjs", "test/crash/controller.ts"),
    remove: () => rmSync(dir, { recursive: true }),
  };
}
