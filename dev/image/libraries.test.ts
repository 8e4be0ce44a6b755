import { describe, expect, test } from "vitest";
import { parseLdd } from "./libraries.ts";

describe("parseLdd", () => {
  test("answers the libraries and the loader, not the kernel's", () => {
    const text = `	linux-vdso.so.1 (0x00007ffd)
	libdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f01)
	libc.so.6 => /usr/lib64/libc.so.6 (0x00007f02)
	/lib64/ld-linux-x86-64.so.2 (0x00007f03)
`;
    expect(parseLdd(text, "node")).toEqual(["/lib/x86_64-linux-gnu/libdl.so.2", "/usr/lib64/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]);
  });

  const refused = [
    { what: "a missing library", line: "	libfoo.so.1 => not found", says: /library is missing \(libfoo/ },
    { what: "musl", line: "	/lib/ld-musl-x86_64.so.1 (0x7f00)", says: /libc is musl/ },
    { what: "a library of a package store", line: "	libc.so.6 => /nix/store/abc-glibc/lib/libc.so.6 (0x7f00)", says: /outside the usual/ },
  ];
  test.each(refused)("refuses $what and names the other way", ({ line, says }) => {
    expect(() => parseLdd(line, "node")).toThrow(says);
    expect(() => parseLdd(line, "node")).toThrow(/EXCLUSIVE_WINDOW_IMAGES=docker/);
  });
});
