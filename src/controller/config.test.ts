import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  ])("%s is refused and the field is named", (text, message) => {
    expect(() => parseConfig(text, "f")).toThrow(ConfigError);
    expect(() => parseConfig(text, "f")).toThrow(message);
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
      zookeeperDigest: undefined,
    });
    expect(() => loadConfig({ ...environment, METRICS_PORT: "http" }, "host")).toThrow(/METRICS_PORT is "http"/);
  });
});
