import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BuiltState, readState, writeState } from "./state.ts";

const state: BuiltState = {
  version: 1,
  phase: "starting",
  kubernetes: "v1.37.2",
  subnets: { pods: "10.244.0.0/24", services: "10.96.0.0/24" },
  apiServer: "https://10.244.0.1:6443",
  kubectl: "/cache/kubectl",
  settings: { "net/ipv4/ip_forward": "0" },
  processes: [{ name: "etcd", pid: 417, startTicks: "9000", bootId: "a boot" }],
};

describe("the state on disk", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "state-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const path = () => join(directory, "below", "state.json");

  test("what was written is read", () => {
    writeState(state, path());
    expect(readState(path())).toEqual(state);
  });

  test("a later write replaces the whole", () => {
    writeState(state, path());
    writeState({ ...state, phase: "up", processes: [] }, path());
    expect(readState(path())).toEqual({ ...state, phase: "up", processes: [] });
  });

  test("no file is no state", () => {
    expect(readState(path())).toBeUndefined();
  });

  test.each([
    ["cut off", '{"version":1,"phase":"st'],
    ["of another version", JSON.stringify({ ...state, version: 2 })],
    ["with a pid that would signal a group of processes", JSON.stringify({ ...state, processes: [{ ...state.processes[0], pid: -1 }] })],
    ["with a pid that would signal our own group", JSON.stringify({ ...state, processes: [{ ...state.processes[0], pid: 0 }] })],
  ])("a file %s is no state", (_, text) => {
    writeState(state, path());
    writeFileSync(path(), text);
    expect(readState(path())).toBeUndefined();
  });
});
