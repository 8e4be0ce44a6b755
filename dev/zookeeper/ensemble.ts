// Several ZooKeeper servers that elect a leader among them, on one machine.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { launchZooKeeper, type ZooKeeperOptions, type ZooKeeperServer } from "./server.ts";

export interface Ensemble {
  readonly servers: readonly ZooKeeperServer[];
  /** "address:port,address:port,…" */
  readonly connectString: string;
  stop(): Promise<void>;
}

export type EnsembleOptions = Omit<ZooKeeperOptions, "config">;

/** Starts `size` servers (an odd number) and waits until each of them serves. With `port`, they take it and the next ones. */
export async function startEnsemble(size: number, options: EnsembleOptions = {}): Promise<Ensemble> {
  const address = options.address ?? "127.0.0.1";
  const root = options.dir ?? mkdtempSync(join(tmpdir(), "zookeeper-ensemble-"));
  const launched: Launched[] = [];
  const stop = async () => {
    await Promise.all(launched.map((server) => server.stop()));
    if (options.dir === undefined) rmSync(root, { recursive: true, force: true });
  };
  try {
    await launch({ ...options, address, dir: root }, size, launched);
    await Promise.all(launched.map((server) => server.ready()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { servers: launched, connectString: launched.map((server) => server.connectString).join(","), stop };
}

type Launched = Awaited<ReturnType<typeof launchZooKeeper>>;

async function launch(options: EnsembleOptions & { address: string; dir: string }, size: number, launched: Launched[]): Promise<void> {
  const config = await membership(size, options.address);
  for (let i = 0; i < size; i += 1) {
    const dir = join(options.dir, `server-${i + 1}`);
    mkdirSync(join(dir, "data"), { recursive: true });
    writeFileSync(join(dir, "data", "myid"), String(i + 1));
    launched.push(await launchZooKeeper({ ...options, ...(options.port !== undefined && { port: options.port + i }), dir, config }));
  }
}

async function membership(size: number, address: string): Promise<Record<string, string>> {
  const members: Record<string, string> = {};
  for (let i = 1; i <= size; i += 1) members[`server.${i}`] = `${address}:${await freePort(address)}:${await freePort(address)}`;
  return members;
}
