// A throw-away tree with files planted in it, for tests that see a check fail. It is laid out like this project and has
// stand-ins for the packages whose imports the room rules speak of. Gone when the test is over.
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { onTestFinished } from "vitest";

/** This project's root. */
export const project = resolve(import.meta.dirname, "../..");

const packages = [
  "@kubernetes/client-node",
  "commander",
  "croner",
  "cronstrue",
  "node-zookeeper-client",
  "prom-client",
  "tinyqueue",
  "undici",
  "winston",
  "zod",
  "vitest",
];

/** Writes the files (path to text) below a new folder, beside copies of this project's own `configs`; answers the folder. */
export function plantedTree(files: Readonly<Record<string, string>>, configs: readonly string[] = []): string {
  const root = mkdtempSync(join(realpathSync(tmpdir()), "exclusive-window-checks-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const config of configs) cpSync(join(project, config), join(root, config));
  for (const [path, text] of Object.entries(files)) write(root, path, text);
  return root;
}

/** A package.json, a tsconfig.json and packages without content: what dependency-cruiser resolves imports with. */
export function standIns(): Readonly<Record<string, string>> {
  const dependencies = Object.fromEntries(packages.filter((name) => name !== "vitest").map((name) => [name, "1.0.0"]));
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ name: "planted", type: "module", dependencies, devDependencies: { vitest: "1.0.0" } }),
  };
  for (const name of packages) {
    files[`node_modules/${name}/package.json`] = JSON.stringify({ name, version: "1.0.0", type: "module", main: "index.js" });
    files[`node_modules/${name}/index.js`] = "export const anything = 1;\n";
  }
  return files;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
