import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig, parseConfig } from "./config.ts";

describe("the configuration file", () => {
  test("needs nothing but the ZooKeeper servers", () => {
    expect(parseConfig("zookeeper: {servers: 'zk:2181'}", "f")).toEqual({
      zookeeper: { servers: "zk:2181", sessionTimeoutSeconds: 30 },
      installation: "default",
      namespaces: [],
      pathGrants: [],
      log: { level: "info", format: "json" },
    });
  });

  test.each([
    ["{", /not YAML/],
    ["{}", /zookeeper/],
    ["zookeeper: {servers: zk, sesionTimeoutSeconds: 3}", /sesionTimeoutSeconds/],
    ["zookeeper: {servers: zk, sessionTimeoutSeconds: 1}", /zookeeper\.sessionTimeoutSeconds/],
    ["{zookeeper: {servers: zk}, installation: _held}", /installation/],
    ["{zookeeper: {servers: zk}, pathGrants: [{namespace: a}]}", /pathGrants\.0\.prefixes/],
    ["zookeeper: {servers: zk, tls: {cert: /c}}", /zookeeper\.tls\.ca/],
    ["zookeeper: {servers: zk, tls: {ca: /ca, cert: /c}}", /zookeeper\.tls: cert and key must be given together/],
    ["zookeeper: {servers: zk, auth: {digest: {}}}", /zookeeper\.auth\.digest\.file/],
    ["zookeeper: {servers: zk, auth: {digest: {file: /d}, processors: [anyone]}}", /zookeeper\.auth\.processors\.0: must be scheme:id/],
  ])("%s is refused and the field is named", (text, message) => {
    expect(() => parseConfig(text, "f")).toThrow(ConfigError);
    expect(() => parseConfig(text, "f")).toThrow(message);
  });

  test("may name the files of TLS and of the login, and who the processors are", () => {
    const text = "zookeeper: {servers: zk, tls: {ca: /ca, serverName: zk}, auth: {digest: {file: /d}, processors: ['digest:p:aGFzaA==']}}";
    expect(parseConfig(text, "f").zookeeper).toMatchObject({
      tls: { ca: "/ca", serverName: "zk" },
      auth: { digest: { file: "/d" }, processors: [{ scheme: "digest", id: "p:aGFzaA==" }] },
    });
    const least = parseConfig("zookeeper: {servers: zk, auth: {digest: {file: /d}}}", "f");
    expect(least.zookeeper.auth?.processors).toEqual([{ scheme: "world", id: "anyone" }]);
  });

  test("that holds a secret where a file belongs is refused without showing it", () => {
    const text = "zookeeper: {servers: zk, auth: {digest: 'controller:hunter2'}}";
    expect(() => parseConfig(text, "f")).toThrow(expect.not.objectContaining({ message: expect.stringContaining("hunter2") }));
    expect(() => parseConfig(text, "f")).toThrow(/zookeeper\.auth\.digest/);
    const broken = "zookeeper: {servers: zk, auth: {digest: 'controller:hunter2'";
    expect(() => parseConfig(broken, "f")).toThrow(expect.not.objectContaining({ message: expect.stringContaining("hunter2") }));
    expect(() => parseConfig(broken, "f")).toThrow(/^f is not YAML: .* at line 1/);
  });

  test("that is missing is told with its path", () => {
    expect(() => loadConfig({ CONFIG_FILE: "/does/not/exist" }, "host")).toThrow(/\/does\/not\/exist/);
  });

  test("is completed by the environment", () => {
    const file = join(mkdtempSync(join(tmpdir(), "config-")), "config.yaml");
    writeFileSync(file, "zookeeper: {servers: 'zk:2181'}");
    const environment = { CONFIG_FILE: file, POD_NAME: "pod-1", POD_NAMESPACE: "ns", HEALTH_PORT: "0" };
    expect(loadConfig(environment, "host")).toMatchObject({
      identity: "pod-1",
      namespace: "ns",
      healthPort: 0,
      metricsPort: 8080,
      zookeeperLogin: undefined,
    });
    const optional = join(dirname(file), "digest");
    writeFileSync(optional, "user:password");
    const login = (text: string) => {
      writeFileSync(file, text);
      return loadConfig({ ...environment, ZOOKEEPER_DIGEST_FILE: optional }, "host").zookeeperLogin;
    };
    expect(login("zookeeper: {servers: zk}")).toEqual({ scheme: "digest", file: optional });
    expect(login("zookeeper: {servers: zk, auth: {digest: {file: /must/be/there}}}")).toEqual({ scheme: "digest", file: "/must/be/there" });
    expect(() => loadConfig({ ...environment, METRICS_PORT: "http" }, "host")).toThrow(/METRICS_PORT is "http"/);
  });
});
