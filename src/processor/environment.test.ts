import { describe, expect, test } from "vitest";
import { type Environment, optionsFrom, readEnvironment } from "./environment.ts";
import { ProcessorGate } from "./gate.ts";

const least: Environment = { EXCLUSIVE_WINDOW_ZOOKEEPER: "zk:2181", EXCLUSIVE_WINDOW_LOCKS: "/orders/processing" };
const env = (more: Readonly<Record<string, string>>): Environment =>
  Object.fromEntries(Object.entries({ ...least, ...more }).map(([name, value]) => [name.replace(/^_/, "EXCLUSIVE_WINDOW_"), value]));

describe("the environment of a processor", () => {
  test("names the servers and the lock, and leaves the rest to the defaults", () => {
    expect(readEnvironment(least, 1)).toEqual({
      kind: "gates",
      shared: { zookeeper: "zk:2181", writers: "any", tls: undefined, auth: undefined, name: undefined },
      locks: [{ path: "/orders/processing", signalPath: "/orders/processing-signal" }],
    });
  });

  test("may say everything", () => {
    const all = env({
      _LOCKS: "/a/lock=/a/stop, /b/lock",
      _NAME: "orders/nightly",
      _SESSION_TIMEOUT_SECONDS: "6",
      _WRITERS: "signalled",
      _TLS_CA: "/tls/ca",
      _TLS_CERT: "/tls/cert",
      _TLS_KEY: "/tls/key",
      _DIGEST_FILE: "/login/digest",
    });
    expect(readEnvironment(all, 2)).toEqual({
      kind: "gates",
      shared: {
        zookeeper: "zk:2181",
        sessionTimeoutMs: 6000,
        writers: "signalled",
        tls: { ca: "/tls/ca", cert: "/tls/cert", key: "/tls/key" },
        auth: { digest: { file: "/login/digest" } },
        name: "orders/nightly",
      },
      locks: [
        { path: "/a/lock", signalPath: "/a/stop" },
        { path: "/b/lock", signalPath: "/b/lock-signal" },
      ],
    });
  });

  test.each([
    { more: { _ZOOKEEPER: "zk:many" }, says: 'EXCLUSIVE_WINDOW_ZOOKEEPER is "zk:many": "zk:many" in the ZooKeeper servers' },
    { more: { _ZOOKEEPER: "" }, says: "EXCLUSIVE_WINDOW_ZOOKEEPER is not set: it names the servers" },
    { more: { _LOCKS: "orders" }, says: 'EXCLUSIVE_WINDOW_LOCKS is "orders": "orders" is not absolute' },
    { more: { _LOCKS: "/a/lock=" }, says: 'EXCLUSIVE_WINDOW_LOCKS is "/a/lock=": a lock without a signal is not supported' },
    { more: { _LOCKS: "/a,/b,/c" }, says: "3 locks are named, and at most 2 are allowed" },
    { more: { _LOCKS: "/a,/a/b" }, says: "/a/b stands below /a" },
    { more: { _LOCKS: "/a,/a" }, says: "the lock path /a is named twice" },
    { more: { _SESSION_TIMEOUT_SECONDS: "30s" }, says: 'EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS is "30s": give whole seconds from 1' },
    { more: { _SESSION_TIMEOUT_SECONDS: "0" }, says: "give whole seconds from 1" },
    { more: { _WRITERS: "all" }, says: 'EXCLUSIVE_WINDOW_WRITERS is "all": it may be any or signalled' },
    { more: { _TLS_CA: "/ca", _TLS_CERT: "/cert" }, says: 'EXCLUSIVE_WINDOW_TLS_CERT is "/cert": it needs EXCLUSIVE_WINDOW_TLS_KEY' },
    { more: { _TLS_CA: "/ca", _TLS_KEY: "/key" }, says: 'EXCLUSIVE_WINDOW_TLS_KEY is "/key": it needs EXCLUSIVE_WINDOW_TLS_CERT' },
    { more: { _TLS_CERT: "/cert", _TLS_KEY: "/key" }, says: "it needs EXCLUSIVE_WINDOW_TLS_CA" },
  ])("is refused with $more, by variable and value", ({ more, says }) => {
    expect(readEnvironment(env(more), 2)).toEqual({ kind: "problems", problems: [expect.stringContaining(says)] });
  });
});

describe("a gate from the environment", () => {
  const noServer = () => Promise.reject(new Error("nobody answers"));

  test("opens with what is said there, and with what the program says instead", async () => {
    const gate = await ProcessorGate.fromEnv({}, least, noServer);
    expect(gate.state).toBe("connecting");
    await gate.close();
    const other = await ProcessorGate.fromEnv({ zookeeper: "zk:2181", lockPath: "/a/lock" }, {}, noServer);
    await other.close();
  });

  test("does not let what the program leaves undefined take away a login or TLS", () => {
    const said = env({ _TLS_CA: "/tls/ca", _DIGEST_FILE: "/login/digest" });
    const nothing = { tls: undefined, auth: undefined, name: undefined };
    expect(optionsFrom(said, nothing)).toMatchObject({ tls: { ca: "/tls/ca" }, auth: { digest: { file: "/login/digest" } } });
  });

  test("names all that is missing or wrong at once", async () => {
    const wrong = { EXCLUSIVE_WINDOW_WRITERS: "none", EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS: "-1" };
    const opening = ProcessorGate.fromEnv({}, wrong, noServer);
    for (const name of ["ZOOKEEPER", "LOCKS", "WRITERS", "SESSION_TIMEOUT_SECONDS"]) {
      await expect(opening).rejects.toThrow(`EXCLUSIVE_WINDOW_${name} is `);
    }
  });

  test("takes one lock, and says what to do with several", async () => {
    await expect(ProcessorGate.fromEnv({}, env({ _LOCKS: "/a/lock,/b/lock" }), noServer)).rejects.toThrow(
      "2 locks are named, and a gate takes one: open one gate for each lock, with lockPath",
    );
  });
});
