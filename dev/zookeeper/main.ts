// npm run zookeeper up|down|status: a ZooKeeper for development that stays when the program has ended.
// Its directory below the cache holds its data and what `down` and `status` need to find it.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheDirectory } from "../cache.ts";
import { startEnsemble } from "./ensemble.ts";
import { findZooKeeper, startZooKeeper, type ZooKeeperServer } from "./server.ts";

const usage = `usage: npm run zookeeper -- up [--address A] [--port N] [--ensemble] | down | status
  up      starts one server (with --ensemble three) at A:N, by default 127.0.0.1:2181, and leaves it running
  down    ends what up started and deletes its data
  status  says what runs, and where`;

const root = join(cacheDirectory(), "zookeeper-up");
const members = ["server-1", "server-2", "server-3"];

function running(): readonly ZooKeeperServer[] {
  return members.map((name) => findZooKeeper(join(root, name))).filter((server) => server !== undefined);
}

async function up(options: { readonly address: string; readonly port: number; readonly ensemble: boolean }): Promise<void> {
  const there = running();
  if (there.length > 0) {
    console.log(`ZooKeeper runs already at ${connectString(there)} (npm run zookeeper down ends it)`);
    return;
  }
  rmSync(root, { recursive: true, force: true });
  const { address, port, ensemble } = options;
  const shared = { address, port, detached: true, progress: (line: string) => console.error(line) };
  if (ensemble) await startEnsemble(members.length, { ...shared, dir: root });
  else await startZooKeeper({ ...shared, dir: join(root, "server-1") });
  console.log(`ZooKeeper runs at ${connectString(running())}; data and logs: ${root}`);
}

async function down(): Promise<void> {
  const there = running();
  await Promise.all(there.map((server) => server.stop()));
  rmSync(root, { recursive: true, force: true });
  console.log(there.length === 0 ? "no ZooKeeper of ours was running" : `ended ZooKeeper at ${connectString(there)}`);
}

async function status(): Promise<void> {
  const there = running();
  if (there.length === 0) {
    const left = existsSync(root) && readdirSync(root).length > 0 ? ` (data of an earlier one: ${root})` : "";
    console.log(`no ZooKeeper of ours is running${left}`);
    process.exitCode = 1;
  }
  for (const server of there) {
    const said = await server.fourLetterWord("srvr").catch((error: unknown) => `no answer: ${String(error)}`);
    console.log(`${server.connectString} (pid ${server.pid}): ${/^Mode: .*$/m.exec(said)?.[0] ?? said.trim()}`);
  }
}

function connectString(servers: readonly ZooKeeperServer[]): string {
  return servers.map((server) => server.connectString).join(",");
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      address: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "2181" },
      ensemble: { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  const [verb] = positionals;
  if (verb === "up" && Number.isInteger(port) && port > 0 && port < 65_536) await up({ ...values, port });
  else if (verb === "down") await down();
  else if (verb === "status") await status();
  else throw new Error(usage);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
