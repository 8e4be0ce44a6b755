// TLS to a real server that asks for a certificate: both sides proved, files that are renewed, and what each mistake is called.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ProcessorGate } from "../../src/processor/gate.ts";
import type { Log } from "../../src/shared/log.ts";
import type { TlsFiles } from "../../src/zookeeper/tls.ts";
import { anAuthority } from "../support/certificates.ts";
import { aProxy, aSession, reaches } from "../support/sessions.ts";
import { putPair, startTlsZooKeeper, type TlsZooKeeper } from "../support/tls-zookeeper.ts";

let zookeeper: TlsZooKeeper;

beforeAll(async () => {
  zookeeper = await startTlsZooKeeper();
});
afterAll(() => zookeeper?.stop());

const open = (tls: TlsFiles | undefined, servers = zookeeper.secure.connectString) => aSession(servers, { tls });

/** A log, and when something like that was said in it. */
function aLog(like: RegExp): { readonly log: Log; readonly said: Promise<void> } {
  const said = Promise.withResolvers<void>();
  const line = (message: string, fields?: object) => void (like.test(message + JSON.stringify(fields)) && said.resolve());
  const log: Log = { debug: line, info: line, warn: line, error: line, with: () => log };
  return { log, said: said.promise };
}

describe("with a certificate of the servers' authority", () => {
  test("a session is opened, works, and goes on after its connection broke", async () => {
    const proxy = await aProxy(zookeeper.secure);
    const session = await open(zookeeper.files, proxy.connectString);
    const path = await session.create("/over-tls-", Buffer.from("x"), "ephemeral-sequential");
    proxy.cut();
    await reaches(session, "suspended");
    await reaches(session, "connected");
    expect((await session.exists(path))?.ephemeralOwner).toBe(session.id);
  });

  test("the servers may be dialled by an address, and be proved by a name", async () => {
    const session = await open({ ...zookeeper.files, serverName: "zookeeper.example" });
    expect(await session.exists("/")).toBeDefined();
  });

  test("a processor's gate opens", async () => {
    const gate = await ProcessorGate.open({
      zookeeper: zookeeper.secure.connectString,
      lockPath: "/tls/lock",
      tls: zookeeper.files,
    });
    onTestFinished(() => gate.close());
    await gate.opened();
    expect(gate.state).toBe("open");
  });

  test("files that were renewed are used from the next connection on, and broken ones are waited for", async () => {
    const proxy = await aProxy(zookeeper.secure);
    const { ca } = zookeeper.files;
    const own = putPair(zookeeper.put, "renewed", zookeeper.authority.sign({ name: "client", until: Date.now() + 3_600_000 }));
    const { log, said } = aLog(/renewed\.crt holds no certificate in PEM/);
    const session = await aSession(proxy.connectString, { tls: { ca, ...own }, log });
    writeFileSync(own.cert, "being written");
    proxy.cut();
    await said;
    expect(session.state).toBe("suspended");
    putPair(zookeeper.put, "renewed", zookeeper.authority.sign({ name: "client, the next year" }));
    await reaches(session, "connected");
    await session.exists("/");
  });
});

describe("is refused, and the error says why", () => {
  const other = anAuthority("another authority");
  const wrong: readonly { readonly what: string; readonly tls: () => TlsFiles | undefined; readonly says: readonly (string | RegExp)[] }[] =
    [
      {
        what: "no certificate where the server asks for one",
        tls: () => ({ ca: zookeeper.files.ca }),
        says: [/alert|closed the connection/, /set tls\.cert and tls\.key|refuse this side's certificate/],
      },
      {
        what: "a certificate of another authority",
        tls: () => ({ ca: zookeeper.files.ca, ...putPair(zookeeper.put, "foreign", other.sign({ name: "client" })) }),
        says: [/it may refuse the one in .*foreign\.crt|refuse this side's certificate/],
      },
      {
        what: "a server of another authority",
        tls: () => ({ ...zookeeper.files, ca: zookeeper.put("other-ca.crt", other.cert) }),
        says: ["the server's certificate is not accepted", /must be signed by an authority in .*other-ca\.crt/],
      },
      {
        what: "a server of another name",
        tls: () => ({ ...zookeeper.files, serverName: "elsewhere.example" }),
        says: ["the server's certificate is for another name", "elsewhere.example", "zookeeper.example", "tls.serverName"],
      },
      {
        what: "no TLS on a port for TLS",
        tls: () => undefined,
        says: [/closed the connection before it answered the handshake.*want TLS|without TLS/],
      },
    ];

  test.each(wrong)("$what", async ({ tls, says }) => {
    const error = await open(tls()).then(String, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ConnectionLoss" });
    for (const part of says) expect(String(error)).toMatch(part);
    expect(String(error)).not.toContain("PRIVATE KEY");
  });

  test("TLS on a port without it", async () => {
    const opening = open(zookeeper.files, zookeeper.server.connectString);
    await expect(opening).rejects.toMatchObject({ code: "ConnectionLoss", message: expect.stringContaining("secureClientPort") });
  });
});
