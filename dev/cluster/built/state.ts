// What the built cluster was started with, on disk: written before anything is made, and again after each process, so that
// whoever comes later (another command, a command after a crash or a reboot) can find and remove all of it.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { layout } from "./layout.ts";
import { readIfThere } from "./process.ts";

const stateSchema = z.object({
  version: z.literal(1),
  /** `starting` until the cluster answered once; a state that stays so is a start that failed. */
  phase: z.enum(["starting", "up"]),
  kubernetes: z.string(),
  subnets: z.object({ pods: z.string(), services: z.string() }),
  apiServer: z.string(),
  kubectl: z.string(),
  /** Kernel settings as they were before, by their path below /proc/sys. */
  settings: z.record(z.string(), z.string()),
  processes: z
    .array(z.object({ name: z.string(), pid: z.number().int().positive(), startTicks: z.string(), bootId: z.string() }).readonly())
    .readonly(),
});

export type BuiltState = Readonly<z.infer<typeof stateSchema>>;

/** The state in a file's text; undefined where it is damaged or of another version. */
export function parseState(text: string): BuiltState | undefined {
  try {
    return stateSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The state on disk; undefined where there is none that can be read. */
export function readState(path: string = layout.state): BuiltState | undefined {
  const text = readIfThere(path);
  return text === undefined ? undefined : parseState(text);
}

/** Replaces the state in one step: a crash leaves the old one or the new one. */
export function writeState(state: BuiltState, path: string = layout.state): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
