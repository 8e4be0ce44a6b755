import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { GateClient } from "./client.ts";
import { LEASE_LOST, runUnderLease } from "./under-lease.ts";

const lasting = ["--eval", "setInterval(() => {}, 1000)"];

/** Answers what `answer` answers; `asked` has every request, as it came. */
async function aGate(answer: (request: string, response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method}`);
    answer(`${request.method}`, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { asked, address: { kind: "tcp", host: "127.0.0.1", port } as const };
}

async function run(command: string, args: readonly string[], answer: (request: string, response: ServerResponse) => void) {
  const gate = await aGate(answer);
  const [clock, remarks] = [manualClock(), [] as string[]];
  const client = new GateClient(gate.address, clock);
  const tell = (remark: string) => void remarks.push(remark);
  // First those to the wait for the gate, then those to the command.
  const signalled: ((name: NodeJS.Signals) => void)[] = [];
  const onSignal = (listener: (name: NodeJS.Signals) => void) => {
    signalled.push(listener);
    return () => {};
  };
  onTestFinished(() => signalled[1]?.("SIGKILL"));
  const isRunning = () => signalled.length === 2;
  const code = runUnderLease({ client, clock, command, args, tell, onSignal, id: "work", ttlMs: 3000, timeoutMs: 0 });
  return { ...gate, clock, remarks, isRunning, code };
}

const granted = (response: ServerResponse) => response.writeHead(201).end(JSON.stringify({ fencingTokens: { "/a": "7" } }));

test("a command is ended when its lease is over, and not when a gate that is silent has been waited for", async () => {
  let puts = 0;
  const { asked, clock, remarks, isRunning, code } = await run(process.execPath, lasting, (request, response) => {
    if (request === "DELETE") response.writeHead(204).end();
    else if (puts++ === 0) granted(response);
  });
  await expect.poll(isRunning, { timeout: 20_000 }).toBe(true);
  await clock.advance(1000);
  await expect.poll(() => asked, { timeout: 20_000 }).toEqual(["PUT", "PUT"]);
  await clock.advance(2000);
  expect(await code).toBe(LEASE_LOST);
  expect(remarks).toEqual([expect.stringContaining("the lease was lost while the command ran")]);
  expect(asked).toEqual(["PUT", "PUT", "DELETE"]);
});

test("a command that cannot be started gives its lease back, and says so", async () => {
  const { asked, remarks, code } = await run("/etc/hosts/import", [], (request, response) => {
    if (request === "PUT") granted(response);
    else response.writeHead(204).end();
  });
  expect(await code).toBe(127);
  expect([asked, remarks]).toEqual([["PUT", "DELETE"], ["error: /etc/hosts/import cannot be started: spawn ENOTDIR"]]);
});
