// Runs one of the project's TypeScript programs on the project's own Node, on a machine that may have nothing but an older one:
// installs the locked dependencies when they are missing or the lockfile has changed since, then hands over.
// Plain JavaScript that Node 18 understands, since it is what runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");

/** The lockfile npm installed from last, less the root entry that only the committed one has; "" where there is none. */
function packages(file) {
  if (!existsSync(file)) return "";
  const { "": _root, ...rest } = JSON.parse(readFileSync(file, "utf8")).packages ?? {};
  return Object.entries(rest)
    .filter(([, p]) => !p.optional)
    .map(([name, p]) => `${name}@${p.version}`)
    .sort()
    .join("\n");
}

function install() {
  const wanted = packages(join(root, "package-lock.json"));
  if (existsSync(node) && packages(join(root, "node_modules", ".package-lock.json")) === wanted) return;
  console.log("installing the project's packages (npm ci) …");
  const npm = spawnSync("npm", ["ci", "--loglevel=error"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (npm.status !== 0) {
    console.error(`npm ci failed (${npm.error?.message ?? `exit ${npm.status}`}): see its message above`);
    process.exit(1);
  }
}

const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  console.error("usage: node dev/bootstrap.mjs <program.ts> [arguments]");
  process.exit(2);
}
install();
const env = { ...process.env, PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH ?? ""}` };
const child = spawn(node, [join(root, program), ...args], { stdio: "inherit", env });
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// A terminal sends its Ctrl-C to the child too, and a second one means "at once" to some programs.
process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
child.on("error", (e) => {
  console.error(`cannot start ${node}: ${e.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
