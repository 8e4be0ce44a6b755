// The snippets against a gate on the ZooKeeper in memory, and the document that shows them against the snippets.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { aRun, queued, released } from "../../test/support/lock-world.ts";
import { aGate } from "../../test/support/memory-gate.ts";
import { gated, type Response } from "./express.ts";
import { type Batch, consume, type Message } from "./kafka.ts";
import { type Queue, work } from "./loop.ts";
import { countEvents, observerFor } from "./metrics.ts";

describe("the plain loop", () => {
  test("gives back what it has not begun when a window is due, and goes on after it", async () => {
    const opened = await aGate();
    const waiting = [1, 2, 3, 4];
    const queue: Queue<number> = {
      take: async (most, signal) => {
        if (waiting.length === 0) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        return waiting.splice(0, most);
      },
      giveBack: async (events) => void waiting.unshift(...events),
    };
    const handled: string[] = [];
    const working = work(opened.gate, queue, async (event, fencingToken) => {
      handled.push(`${event} ${fencingToken === opened.gate.fencingToken} ${opened.gate.state}`);
      if (event !== 2) return;
      await queued(opened.other, aRun("a"));
      await opened.settle();
    });
    await expect.poll(() => opened.gate.state).toBe("paused");
    expect([handled, waiting]).toEqual([
      ["1 true open", "2 true open"],
      [3, 4],
    ]);
    await released(opened.other, aRun("a"));
    await expect.poll(() => handled.slice(2)).toEqual(["3 true open", "4 true open"]);
    await opened.gate.close();
    await working;
  });
});

function aResponse() {
  const said: string[] = [];
  const response: Response = {
    status: (code) => {
      said.push(String(code));
      return response;
    },
    set: (name, value) => {
      said.push(`${name}: ${value}`);
      return response;
    },
    end: () => said.push("end"),
  };
  return { response, said };
}

describe("a request", () => {
  test("is handled while the gate is open, and its error goes on to Express", async () => {
    const { gate } = await aGate();
    const { response, said } = aResponse();
    const errors: unknown[] = [];
    const next = (error?: unknown) => void errors.push(error);
    await gated<string>(gate, 1000, async (request, to) => void to.set("request", request).end())("a", response, next);
    const broken = new Error("broken");
    await gated<string>(gate, 1000, () => Promise.reject(broken))("b", response, next);
    expect([said, errors, gate.inFlight]).toEqual([["request: a", "end"], [broken], 0]);
  });

  test("is told to come again where the window outlasts its patience, and when the program ends", async () => {
    const opened = await aGate({}, { before: (other) => queued(other, aRun("a")) });
    const { response, said } = aResponse();
    const handler = gated<string>(opened.gate, 1, () => Promise.reject(new Error("must not be called")));
    const next = (error?: unknown) => void said.push(String(error));
    await handler("a", response, next);
    await opened.gate.close();
    await handler("b", response, next);
    expect(said).toEqual(["503", "Retry-After: 60", "end", "503", "Retry-After: 60", "end"]);
  });
});

describe("a consumer", () => {
  test("resolves what was handled, stops within the batch when a window is due, and is paused until it is over", async () => {
    const opened = await aGate();
    const said: string[] = [];
    let eachBatch: (batch: Batch) => Promise<void> = () => Promise.resolve();
    const consumer = {
      run: async (config: { eachBatch: typeof eachBatch }) => {
        eachBatch = config.eachBatch;
      },
      pause: () => void said.push("pause"),
      resume: () => void said.push("resume"),
    };
    const messages: readonly Message[] = ["0", "1", "2"].map((offset) => ({ offset, value: null }));
    await consume(opened.gate, consumer, "orders", async ({ offset }) => {
      said.push(`handled ${offset}`);
      if (offset !== "1") return;
      await queued(opened.other, aRun("a"));
      await opened.settle();
    });
    await eachBatch({
      batch: { messages },
      resolveOffset: (offset) => void said.push(`resolved ${offset}`),
      heartbeat: async () => undefined,
      isRunning: () => true,
      isStale: () => false,
    });
    expect(said).toEqual(["resume", "handled 0", "resolved 0", "handled 1", "pause", "resolved 1"]);
    await opened.settle();
    expect(opened.gate.state).toBe("paused");
    await released(opened.other, aRun("a"));
    await opened.settle();
    expect(said.at(-1)).toBe("resume");
  });
});

test("the numbers for Prometheus are the gate's", async () => {
  const register = new Registry();
  const opened = await aGate({ observer: observerFor(register) });
  countEvents(register, opened.gate);
  for (let i = 0; i < 3; i++) await opened.gate.run(() => i);
  await queued(opened.other, aRun("a"));
  await opened.settle();
  opened.gate.tryEnter();
  const text = await register.metrics();
  for (const line of ["gate_open 0", "gate_entered_total 3", "gate_refused_total 1", "gate_drain_seconds_count 1"])
    expect(text).toContain(line);
  expect(await register.metrics()).toContain("gate_entered_total 3");
});

test.each(["loop.ts", "express.ts", "kafka.ts", "metrics.ts"])("docs/how-to/node-processors.md shows %s as it is", (name) => {
  const [, body = ""] = readFileSync(join(import.meta.dirname, name), "utf8").split(/^\/\/.*\n/);
  const shown = body.replace("../../src/processor/index.ts", "exclusive-window");
  const document = readFileSync(join(import.meta.dirname, "../../docs/how-to/node-processors.md"), "utf8");
  expect(document).toContain(`\`\`\`ts\n${shown}\`\`\`\n`);
});
