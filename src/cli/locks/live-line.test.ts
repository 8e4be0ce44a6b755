import { expect, test } from "vitest";
import { liveLine } from "./live-line.ts";

function machine(screen?: { readonly out: boolean; readonly err: boolean }) {
  const state = { now: 1_000_000, err: "" };
  const given = {
    clock: { now: () => state.now },
    program: "exclusive-window",
    out: () => expect.fail("progress is no answer"),
    err: (text: string) => {
      state.err += text;
    },
    read: () => Promise.reject(new Error("nothing is read")),
    ...(screen === undefined ? {} : { screen }),
  };
  return { state, line: liveLine(given) };
}

test("a line on a terminal is written over, ten times a second at most, and gone at the end", () => {
  const { state, line } = machine({ out: false, err: true });
  line.show("1 node");
  line.show("2 nodes");
  state.now += 100;
  line.show("3 nodes");
  line.end();
  expect(state.err).toBe("\r\x1b[K1 node\r\x1b[K3 nodes\r\x1b[K");
});

test.each([undefined, { out: true, err: false }])("off a terminal (%j) there is none", (screen) => {
  const { state, line } = machine(screen);
  line.show("1 node");
  line.end();
  expect(state.err).toBe("");
});
