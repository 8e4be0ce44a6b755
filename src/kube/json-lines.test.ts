import fc from "fast-check";
import { expect, test } from "vitest";
import { lines } from "./json-lines.ts";

async function read(chunks: readonly Buffer[], limit?: number): Promise<string[]> {
  async function* stream() {
    yield* chunks;
  }
  const found: string[] = [];
  for await (const line of lines(stream(), limit)) found.push(line);
  return found;
}

test("lines come out as they went in, wherever the stream was cut", async () => {
  const text = fc.string({ unit: "grapheme" }).map((line) => line.replaceAll("\n", ""));
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.array(fc.nat(400)), async (written, cuts) => {
      const bytes = Buffer.from(written.map((line) => `${line}\n`).join(""));
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(await read(chunks)).toEqual(written.map((line) => Buffer.from(line).toString()));
    }),
  );
});

test("what follows the last line break is dropped", async () => {
  expect(await read([Buffer.from("whole\ncut o")])).toEqual(["whole"]);
});

test("a line that never ends is an error, not a full memory", async () => {
  await expect(read([Buffer.from("ab\ncdef"), Buffer.from("ghijk")], 8)).rejects.toThrow("longer than 8 bytes");
  expect(await read([Buffer.from("abcdefgh\nabcdefgh\n")], 8)).toEqual(["abcdefgh", "abcdefgh"]);
});
