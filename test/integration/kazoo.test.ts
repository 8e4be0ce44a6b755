// The example processor on Python's kazoo, whose locks were given Curator's names, beside runs of ours and unmodified Curator.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { startCurator } from "../../dev/curator/curator.ts";
import { python } from "../../dev/python/interpreter.ts";
import { kazooPackages } from "../../dev/python/kazoo.ts";
import { run } from "../../dev/tools/command.ts";
import { printingProcessor } from "../support/foreign-processor.ts";
import { describeProcessor } from "../support/processor-contract.ts";
import { aPlace, eventually, onPath, server, session, withServer } from "../support/server-gate.ts";

const main = join(import.meta.dirname, "../../examples/python-kazoo/main.py");

withServer();

describeProcessor({
  name: "the processor on kazoo",
  owner: "10.1.2.3",
  async start({ zookeeper, lockPath, sessionTimeoutSeconds }) {
    const env = {
      PYTHONPATH: await kazooPackages((line) => console.info(line)),
      PYTHONDONTWRITEBYTECODE: "1",
      EXCLUSIVE_WINDOW_ZOOKEEPER: zookeeper,
      EXCLUSIVE_WINDOW_LOCKS: lockPath,
      EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS: String(sessionTimeoutSeconds),
      POD_IP: "10.1.2.3",
    };
    return printingProcessor({ command: (await python()).program, args: [main], env });
  },
});

/** Takes the write lock, tells when it has it, and releases it when its input ends. */
const writer = `
import sys, time
from kazoo.client import KazooClient
from curator_locks import CuratorWriteLock
client = KazooClient(hosts=sys.argv[1])
client.start()
lock = CuratorWriteLock(client, sys.argv[2], "10.4.5.6")
lock.acquire(timeout=60)
print(time.monotonic_ns(), flush=True)
sys.stdin.read()
print(time.monotonic_ns(), flush=True)
lock.release()
`;

test("kazoo's write lock waits for Curator's readers, and they wait for it", async () => {
  const { path } = aPlace();
  const other = await session();
  const curator = await startCurator({ connectString: server().connectString });
  onTestFinished(() => curator.kill());
  const before = curator.acquire("read", path);
  await before.held;
  const kazoo = await aKazooWriter(path);
  await eventually(() => onPath(other, path)).toEqual([`read ${curator.address}`, "write 10.4.5.6"]);
  const after = curator.acquire("read", path);
  await eventually(async () => (await onPath(other, path)).length).toBe(3);
  const left = await before.release();
  expect(await kazoo.held).toBeGreaterThan(left);
  expect(await after.isHeld()).toBe(false);
  const released = await kazoo.release();
  expect(await after.held).toBeGreaterThan(released);
  await after.release();
});

test("a number that has wrapped is refused rather than compared", async () => {
  const script = `
from types import SimpleNamespace
from kazoo.handlers.threading import SequentialThreadingHandler
from curator_locks import CuratorReadLock, OutOfSequenceNumbers
lock = CuratorReadLock(SimpleNamespace(handler=SequentialThreadingHandler()), "/p")
try:
    lock._get_predecessor(lock.prefix + "-2147483648")
except OutOfSequenceNumbers as error:
    print(error)
`;
  const said = await run((await python()).program, ["-c", script], { env: await environment() });
  expect(said).toBe("/p gave the number -2147483648\n");
});

async function environment() {
  const packages = await kazooPackages((line) => console.info(line));
  return { PYTHONPATH: `${packages}:${dirname(main)}`, PYTHONDONTWRITEBYTECODE: "1" };
}

async function aKazooWriter(path: string) {
  const env = { ...process.env, ...(await environment()) };
  const child = spawn((await python()).program, ["-c", writer, server().connectString, path], { env, stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout });
  const next = async () => BigInt(String((await once(lines, "line"))[0]));
  const held = next();
  return {
    held,
    release() {
      child.stdin.end();
      return next();
    },
  };
}
