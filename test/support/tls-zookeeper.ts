// A real ZooKeeper with a port for TLS that asks for a certificate, and the files that either side needs.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../dev/zookeeper/free-port.ts";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import type { TlsFiles } from "../../src/zookeeper/tls.ts";
import { type Authority, anAuthority, type Pair } from "./certificates.ts";

export interface TlsZooKeeper {
  readonly server: ZooKeeperServer;
  /** Of the port for TLS; `server.connectString` is the one without. */
  readonly secure: { readonly address: string; readonly port: number; readonly connectString: string };
  readonly authority: Authority;
  readonly dir: string;
  /** Of a client that the server accepts. */
  readonly files: Required<Pick<TlsFiles, "ca" | "cert" | "key">>;
  /** Writes a file into `dir` and answers its path. */
  put(name: string, text: string): string;
  stop(): Promise<void>;
}

/** The server's certificate is for 127.0.0.1 and zookeeper.example. */
export async function startTlsZooKeeper(): Promise<TlsZooKeeper> {
  const dir = mkdtempSync(join(tmpdir(), "zookeeper-tls-"));
  const put = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const authority = anAuthority();
  const address = "127.0.0.1";
  const own = authority.sign({ name: "zookeeper", hosts: [address, "zookeeper.example"] });
  const files = { ca: put("ca.crt", authority.cert), ...putPair(put, "client", authority.sign({ name: "client" })) };
  const port = await freePort(address);
  const server = await startZooKeeper({
    config: {
      secureClientPort: port,
      secureClientPortAddress: address,
      serverCnxnFactory: "org.apache.zookeeper.server.NettyServerCnxnFactory",
      "ssl.keyStore.type": "PEM",
      "ssl.keyStore.location": put("server.pem", own.key + own.cert),
      "ssl.trustStore.type": "PEM",
      "ssl.trustStore.location": files.ca,
      "ssl.clientAuth": "need",
    },
  });
  const stop = async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return { server, secure: { address, port, connectString: `${address}:${port}` }, authority, dir, files, put, stop };
}

export function putPair(put: TlsZooKeeper["put"], name: string, { cert, key }: Pair): { readonly cert: string; readonly key: string } {
  return { cert: put(`${name}.crt`, cert), key: put(`${name}.key`, key) };
}
