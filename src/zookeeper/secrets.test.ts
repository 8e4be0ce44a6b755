// Nothing that ought to stay secret is told: not in a log line of any level, not in an error, whatever goes wrong.
import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { FakeZooKeeper, type Script } from "../../test/support/fake-zookeeper.ts";
import { reaches } from "../../test/support/sessions.ts";
import { systemClock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { openSession, type SessionOptions } from "./client.ts";
import { holdSession } from "./session-holder.ts";

const password = randomUUID();
const auth = { scheme: "digest", credentials: `controller:${password}` } as const;
/** As the fake server grants it: sixteen bytes. */
const sessionPassword = Buffer.from("sixteen bytes...");

/** Every line of a log, as any format of it might show the line. */
function aLog(): { readonly log: Log; readonly text: () => string } {
  const lines: string[] = [];
  const write = (known: object) => (message: string, fields?: object) => void lines.push(JSON.stringify([message, known, fields]));
  const withFields = (known: object): Log => {
    const line = write(known);
    return { debug: line, info: line, warn: line, error: line, with: (more) => withFields({ ...known, ...more }) };
  };
  return { log: withFields({}), text: () => lines.join("\n") };
}

async function aServer(script: Script): Promise<string> {
  const server = await FakeZooKeeper.start({ handshake: (c, n) => c.grant(30_000, BigInt(n === 0 ? 7 : 8), sessionPassword), ...script });
  onTestFinished(() => server.stop());
  return server.connectString;
}

const forms = [password, Buffer.from(password), Buffer.from(auth.credentials), sessionPassword].flatMap((secret) =>
  typeof secret === "string"
    ? [secret]
    : [
        secret.toString("latin1"),
        secret.toString("hex"),
        secret.toString("base64").replaceAll("=", ""),
        JSON.stringify([...secret]).slice(1, -1),
      ],
);

function expectNothingTold(text: string): void {
  expect(text.length).toBeGreaterThan(0);
  for (const form of forms) expect(text).not.toContain(form);
}

const options = (log: Log, servers: string): SessionOptions => ({ servers, timeoutMs: 30_000, clock: systemClock, log, auth });

test("a session that works, breaks, is refused and is closed tells none of its passwords", async () => {
  const { log, text } = aLog();
  const server = await FakeZooKeeper.start({
    handshake: (c, n) => (n === 1 ? c.close() : c.grant(30_000, n < 3 ? 7n : 8n, sessionPassword)),
    request: (c, r) => c.answer(r, r.type === 4 ? -102 : 0),
  });
  onTestFinished(() => server.stop());
  const session = await openSession(options(log, server.connectString));
  const errors = [await session.get("/a").catch(String)];
  server.connections[0]?.close();
  await reaches(session, "suspended");
  errors.push(await session.get("/a").catch(String));
  await reaches(session, "connected");
  server.connections[2]?.raw(Buffer.from("rubbish: not a frame of any kind"));
  await reaches(session, "lost"); // the next server gives another session
  errors.push(await session.get("/a").catch(String), JSON.stringify(session));
  expectNothingTold(text() + errors.join("\n"));
});

test("a login that is refused tells no password, and neither does its holder", async () => {
  const { log, text } = aLog();
  const servers = await aServer({ request: (c, r) => c.answer(r, r.type === 100 ? -115 : 0) });
  const error = await openSession(options(log, servers)).catch((thrown: unknown) => thrown);
  const holder = holdSession(options(log, servers));
  onTestFinished(() => holder.close());
  await expect.poll(() => holder.current()).toMatchObject({ code: "AuthFailed" });
  expectNothingTold([text(), String(error), JSON.stringify(error), JSON.stringify(holder.current())].join("\n"));
});
