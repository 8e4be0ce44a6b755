import { expect, test } from "vitest";
import { attempt } from "../tools/command.ts";

const cluster = (...args: readonly string[]) => attempt(process.execPath, [`${import.meta.dirname}/main.ts`, ...args]);

test.each([
  { args: [], says: "name a command" },
  { args: ["start"], says: "start is no command" },
  { args: ["up", "down"], says: "one command at a time" },
  { args: ["up", "--provider", "minikube"], says: "--provider is kind or built" },
  { args: ["up", "--provider", "kind", "--context", "home"], says: "exclude each other" },
  { args: ["down", "--context", "home"], says: "belong to up" },
  { args: ["up", "--force"], says: "--force" },
])("$args is wrong usage: exit code 2, the reason and the usage", async ({ args, says }) => {
  const result = await cluster(...args);
  expect(result).toMatchObject({ code: 2, stdout: "" });
  expect(result.stderr).toContain(says);
  expect(result.stderr).toContain("usage: npm run cluster up");
});

test("--help goes to standard output and documents the exit codes", async () => {
  const result = await cluster("--help");
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(result.stdout).toMatch(/exit codes: 0 done.*1 failed.*2 wrong usage, 3 something is missing/);
});
