import { expect, test } from "vitest";
import { FrameReader } from "./frames.ts";

const frame = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
const texts = (frames: readonly Buffer[]) => frames.map((f) => f.toString());

test("frames are found however the bytes are cut", () => {
  const bytes = Buffer.concat([frame("one"), frame(""), frame("three")]);
  for (let size = 1; size <= bytes.length; size += 1) {
    const reader = new FrameReader();
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += size) found.push(...texts(reader.push(bytes.subarray(at, at + size))));
    expect(found).toEqual(["one", "", "three"]);
  }
});

test("what is missing is waited for", () => {
  const reader = new FrameReader();
  expect(texts(reader.push(frame("half").subarray(0, 6)))).toEqual([]);
  expect(texts(reader.push(Buffer.concat([frame("half").subarray(6), frame("next")])))).toEqual(["half", "next"]);
});

test.each([
  { name: "negative", bytes: [0xff, 0xff, 0xff, 0xff] },
  { name: "text", bytes: [...Buffer.from("HTTP")] },
])("a length that is $name is refused", ({ bytes }) => {
  expect(() => new FrameReader().push(Buffer.from(bytes))).toThrow("not ZooKeeper's protocol");
});
