import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const least = { EXCLUSIVE_WINDOW_ZOOKEEPER: "zk:2181", EXCLUSIVE_WINDOW_LOCKS: "/a/lock" };

function problems(env: Readonly<Record<string, string>>): readonly string[] {
  const read = readSettings({ ...least, ...env });
  return read.kind === "problems" ? read.problems : [];
}

describe("the settings of a sidecar", () => {
  test("are the loopback, no file, no hooks and no limit where nothing is said", () => {
    expect(readSettings(least)).toMatchObject({
      kind: "settings",
      settings: {
        locks: [{ path: "/a/lock", signalPath: "/a/lock-signal" }],
        listen: { kind: "tcp", host: "127.0.0.1", port: 9271 },
        file: undefined,
        drainTimeoutMs: Number.POSITIVE_INFINITY,
        hooks: { onClosing: undefined, onOpen: undefined, timeoutMs: 30_000 },
      },
    });
  });

  test("are what the environment says", () => {
    const env = {
      LOCKS: "/a/lock,/b/lock=/b/signal",
      GATE_LISTEN: "unix:/run/gate/socket",
      GATE_FILE: "/run/gate/open",
      DRAIN_TIMEOUT_SECONDS: "2.5",
      ON_CLOSING: "http://127.0.0.1:8080/pause",
      ON_OPEN: "/bin/app resume now",
      HOOK_TIMEOUT_SECONDS: "0",
    };
    const read = readSettings({
      ...least,
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [`EXCLUSIVE_WINDOW_${name}`, value])),
    });
    expect(read).toMatchObject({
      settings: {
        locks: [
          { path: "/a/lock", signalPath: "/a/lock-signal" },
          { path: "/b/lock", signalPath: "/b/signal" },
        ],
        listen: { kind: "unix", path: "/run/gate/socket" },
        file: "/run/gate/open",
        drainTimeoutMs: 2500,
        hooks: {
          onClosing: { kind: "http" },
          onOpen: { kind: "command", words: ["/bin/app", "resume", "now"] },
          timeoutMs: Number.POSITIVE_INFINITY,
        },
      },
    });
  });

  test.each([
    ["EXCLUSIVE_WINDOW_GATE_LISTEN", "0.0.0.0:9271", "is not of the loopback"],
    ["EXCLUSIVE_WINDOW_GATE_LISTEN", "[::]:9271", "is not of the loopback"],
    ["EXCLUSIVE_WINDOW_GATE_LISTEN", "128.0.0.1:80", "is not of the loopback"],
    ["EXCLUSIVE_WINDOW_GATE_LISTEN", "127.evil.example:80", "is not of the loopback"],
    ["EXCLUSIVE_WINDOW_GATE_LISTEN", "9271", "is not an address"],
    ["EXCLUSIVE_WINDOW_GATE_LISTEN", "localhost:65536", "is not an address"],
    ["EXCLUSIVE_WINDOW_GATE_LISTEN", "unix:socket", "names no absolute path"],
    ["EXCLUSIVE_WINDOW_GATE_LISTEN", `unix:/${"a".repeat(107)}`, "has a path of 108 bytes"],
    ["EXCLUSIVE_WINDOW_GATE_FILE", "open", "give an absolute path"],
    ["EXCLUSIVE_WINDOW_DRAIN_TIMEOUT_SECONDS", "-1", "give seconds"],
    ["EXCLUSIVE_WINDOW_HOOK_TIMEOUT_SECONDS", "30s", "give seconds"],
    ["EXCLUSIVE_WINDOW_ON_CLOSING", "https://app/pause", "cannot be posted to"],
    ["EXCLUSIVE_WINDOW_ON_CLOSING", "http://", "is not a URL"],
    ["EXCLUSIVE_WINDOW_ON_OPEN", " ", "is empty"],
    ["EXCLUSIVE_WINDOW_LOCKS", "/a/lock=", "without a signal"],
    ["EXCLUSIVE_WINDOW_LOCKS", "/a/lock,/a/lock", "twice"],
    ["EXCLUSIVE_WINDOW_LOCKS", Array.from({ length: 17 }, (_, i) => `/a${i}/lock`).join(), "at most 16"],
  ])("%s cannot be %j", (variable, value, problem) => {
    expect(problems({ [variable]: value })).toEqual([expect.stringContaining(problem)]);
    expect(problems({ [variable]: value })[0]).toContain(`${variable} is ${JSON.stringify(value)}`);
  });

  test("name every problem at once", () => {
    expect(problems({ EXCLUSIVE_WINDOW_ZOOKEEPER: "", EXCLUSIVE_WINDOW_GATE_FILE: "x", EXCLUSIVE_WINDOW_GATE_LISTEN: "x" })).toHaveLength(
      3,
    );
  });
});
