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
  const config = await membership(size, address);
  const launched: Awaited<ReturnType<typeof launchZooKeeper>>[] = [];
  for (let i = 0; i < size; i += 1) {
    const dir = join(root, `server-${i + 1}`);
    mkdirSync(join(dir, "data"), { recursive: true });
    writeFileSync(join(dir, "data", "myid"), String(i + 1));
    launched.push(
      await launchZooKeeper({ ...options, ...(options.port !== undefined && { port: options.port + i }), address, dir, config }),
    );
  }
  await Promise.all(launched.map((server) => server.ready()));
  return {
    servers: launched,
    connectString: launched.map((server) => server.connectString).join(","),
    async stop() {
      await Promise.all(launched.map((server) => server.stop()));
      if (options.dir === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}

async function membership(size: number, address: string): Promise<Record<string, string>> {
  const members: Record<string, string> = {};
  for (let i = 1; i <= size; i += 1) members[`server.${i}`] = `${address}:${await freePort(address)}:${await freePort(address)}`;
  return members;
}
