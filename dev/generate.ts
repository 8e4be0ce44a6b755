// npm run generate: writes everything that follows from src/crds. With --check it writes nothing, names what is stale and
// ends with 1, so that a pull request cannot change the contract in one place only.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { staleFiles, targets } from "./generate/targets.ts";

const root = dirname(import.meta.dirname);
const usage = "usage: npm run generate [-- --check]";

function write(): void {
  for (const [path, text] of targets()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(path);
  }
}

function check(): number {
  const stale = staleFiles((path) => readFileSync(join(root, path), "utf8"));
  for (const path of stale) console.error(`${path} is stale: run \`npm run generate\` and commit what it writes`);
  return stale.length === 0 ? 0 : 1;
}

const [flag, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (flag !== undefined && flag !== "--check")) {
  console.error(usage);
  process.exitCode = 2;
} else if (flag === "--check") {
  process.exitCode = check();
} else {
  write();
}
