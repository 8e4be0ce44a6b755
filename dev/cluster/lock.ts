// One command at a time changes the cluster of this machine. The lock is a socket that the holder listens on, so it goes with its
// holder however that ends, and whoever comes second can ask who it is.

import { rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StartProgress } from "../progress.ts";

const POLL_MS = 500;
const ASK_MS = 2000;

/** A name in Linux's abstract space leaves no file behind; elsewhere it is a file. */
const DEFAULT_NAME = process.platform === "linux" ? "\0exclusive-window-cluster" : join(tmpdir(), "exclusive-window-cluster.sock");

interface LockOptions {
  readonly start: StartProgress;
  readonly signal?: AbortSignal | undefined;
  readonly name?: string;
}

/** Runs `work` while no other process holds the lock; waits for it, and shows for whom. */
export async function withLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  const server = await take(options);
  try {
    return await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function take(options: LockOptions): Promise<Server> {
  const name = options.name ?? DEFAULT_NAME;
  const first = await listen(name);
  if (first !== undefined) return first;
  const progress = options.start("waiting for another command that works on the cluster");
  for (;;) {
    const holder = await askHolder(name);
    if (holder === undefined && !name.startsWith("\0")) rmSync(name, { force: true }); // a file whose process is gone
    progress.update(holder === undefined ? "" : `pid ${holder}`);
    const server = await listen(name);
    if (server !== undefined) {
      progress.done();
      return server;
    }
    await sleep(POLL_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

/** The listening server, or undefined where somebody else has the name. */
function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((asker) => {
      asker.on("error", () => {});
      asker.end(String(process.pid));
    });
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(name, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** The holder's pid, or undefined where nobody answers. */
function askHolder(name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(name);
    socket.setTimeout(ASK_MS, () => socket.destroy());
    socket.on("data", (chunk) => {
      said += chunk.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(said === "" ? undefined : said));
  });
}
