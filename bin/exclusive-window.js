#!/usr/bin/env node
// Starts the command line: from the sources in a checkout, from what was built of them in the published package, which holds no
// sources because Node reads no TypeScript below node_modules.
// Plain JavaScript that any Node since 14 reads, so that one that is too old gets a sentence instead of a stack.

const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`error: exclusive-window needs Node 22.19 or later, and this is Node ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  const { existsSync } = await import("node:fs");
  const sources = new URL("../src/cli/main.ts", import.meta.url);
  await import(existsSync(sources) ? sources.href : new URL("../dist/cli/main.js", import.meta.url).href);
}
