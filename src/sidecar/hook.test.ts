import { describe, expect, test } from "vitest";
import { parseHook, runHook } from "./hook.ts";

describe("a hook that cannot be called", () => {
  test.each([
    { what: "a path below a file", hook: "/etc/hosts/drain", body: "{}", says: "ENOTDIR" },
    { what: "a command that is not there", hook: "/nowhere/drain", body: "{}", says: "ENOENT" },
    { what: "a state that is too long", hook: "true", body: "x".repeat(300_000), says: "E2BIG" },
    { what: "an address where nobody listens", hook: "http://127.0.0.1:1/drain", body: "{}", says: "ECONNREFUSED" },
  ])("has failed, and is not thrown: $what", async ({ hook, body, says }) => {
    const parsed = parseHook(hook);
    if (parsed.kind === "problem") throw new Error(parsed.message);
    const outcome = await runHook(parsed, "closing", body, new AbortController().signal);
    expect(outcome).toEqual({ kind: "failed", message: expect.stringContaining(says) });
  });
});
