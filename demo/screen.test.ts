import { describe, expect, test } from "vitest";
import { Screen } from "./screen.ts";

function anOutput(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 20, written, write: (text: string) => written.push(text) };
}

describe("Screen", () => {
  test("draws anew in place, and keeps lines above what is drawn", () => {
    const out = anOutput(true);
    const screen = new Screen(out);
    screen.draw(["one", "two"]);
    screen.draw(["three", "four"]);
    screen.line("stays");
    expect(out.written.join("")).toBe("one\ntwo\n\x1b[2A\x1b[Jthree\nfour\n\x1b[2A\x1b[Jstays\nthree\nfour\n");
  });

  test("leaves what is drawn when told to", () => {
    const out = anOutput(true);
    const screen = new Screen(out);
    screen.draw(["one"]);
    screen.settle();
    screen.line("two");
    expect(out.written.join("")).toBe("one\ntwo\n");
  });

  test("cuts drawn lines to the terminal, since a wrapped line could not be erased", () => {
    const out = anOutput(true);
    new Screen(out).draw(["x".repeat(50)]);
    expect(out.written).toEqual([`${"x".repeat(19)}\n`]);
  });

  test("draws nothing where nothing can be erased", () => {
    const out = anOutput(false);
    const screen = new Screen(out);
    screen.draw(["one"]);
    screen.line("two");
    expect(out.written).toEqual(["two\n"]);
  });
});
