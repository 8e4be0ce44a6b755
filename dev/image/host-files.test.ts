import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fakePrograms } from "../tools/fake-programs.ts";
import { filesBelow, hostFile, isSharedObject, linked, parseLddOfMany } from "./host-files.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "host-files-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a tree is all its files without what is left out, links standing for what they lead to", () => {
  mkdirSync(join(directory, "lib", "tests"), { recursive: true });
  writeFileSync(join(directory, "lib", "tests", "a.py"), "");
  writeFileSync(join(directory, "lib", "b.py"), "four");
  symlinkSync(join(directory, "lib", "b.py"), join(directory, "lib", "c.py"));
  symlinkSync("/nowhere/at/all", join(directory, "lib", "d.py"));
  const files = filesBelow(directory, /^tests$/);
  expect(files).toEqual([join(directory, "lib", "b.py"), join(directory, "lib", "c.py")]);
  const content = { file: join(directory, "lib", "b.py"), size: 4 };
  expect(hostFile(files[1] ?? "")).toEqual({ type: "file", path: join(directory, "lib", "c.py").slice(1), mode: 0o644, content });
});

test("what ldd says of several files is told apart, and what is missing is named", () => {
  const text = [
    "/opt/x/bin/tool:",
    "\tlinux-vdso.so.1 (0x00007ffd)",
    "\tlibx.so.1 => /opt/x/bin/../lib/libx.so.1 (0x00007f01)",
    "\t/lib64/ld-linux-x86-64.so.2 (0x00007f02)",
    "/opt/x/lib/libwindow.so:",
    "\tlibX11.so.6 => not found",
    "/opt/x/lib/libalone.so:",
    "\tstatically linked",
  ].join("\n");
  expect([...parseLddOfMany(text)]).toEqual([
    ["/opt/x/bin/tool", ["/opt/x/lib/libx.so.1", "/lib64/ld-linux-x86-64.so.2"]],
    ["/opt/x/lib/libwindow.so", ["libX11.so.6"]],
    ["/opt/x/lib/libalone.so", []],
  ]);
});

test("a library that Java itself has loaded is no lack of another's; one that nobody has is", async () => {
  const fake = fakePrograms();
  try {
    fake.put(
      "ldd",
      `cat <<'END'
/opt/java/bin/java:
	libjli.so => /opt/java/bin/../lib/libjli.so (0x00007f01)
	libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f02)
/opt/java/lib/libjli.so:
	statically linked
/opt/java/lib/libjava.so:
	libjvm.so => not found
/opt/java/lib/server/libjvm.so:
	statically linked
/opt/java/lib/libawt.so:
	libX11.so.6 => not found
/opt/java/lib/libodd.so:
	libodd.so.1 => /srv/odd/libodd.so.1 (0x00007f03)
END`,
    );
    const own = ["bin/java", "lib/libjli.so", "lib/libjava.so", "lib/server/libjvm.so"].map((name) => `/opt/java/${name}`);
    const { usable, libraries } = await linked([...own, "/opt/java/lib/libawt.so", "/opt/java/lib/libodd.so"], "/opt/java");
    expect(usable).toEqual(own);
    expect(libraries).toEqual(["/lib/x86_64-linux-gnu/libz.so.1"]);
  } finally {
    fake.restore();
  }
});

test.each([
  ["libjvm.so", true],
  ["libpython3.11.so.1.0", true],
  ["some.sofa", false],
])("%s is a shared object: %s", (name, is) => {
  expect(isSharedObject(`/x/${name}`)).toBe(is);
});
