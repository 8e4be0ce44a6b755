// `component run` as a process: what its children are given, what it prints, how it ends, and what becomes of children that must stop.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Batches, someBatches, startInstance } from "../support/component-runs.ts";
import { eventually, server, session, withServer } from "../support/server-gate.ts";
import { aProxy } from "../support/sessions.ts";
import type { Ended } from "../support/started-program.ts";

withServer();

let components = 0;

/** A component that no other test uses. */
function aComponent(batches: Batches) {
  const name = `Component${++components}`;
  const start = (script: string, args: readonly string[] = [], zookeeper = server().connectString) => {
    const options = ["--name", name, "--simultaneous-processes", "2", "--query", batches.query, ...args];
    return startInstance(zookeeper, "one", [...options, "--", "sh", "-c", script, "child", "{batch}", "({batch})"]);
  };
  const standing = async () => {
    const other = await session();
    const paths = [`/SBOI/${name}`, ...batches.ids.map((id) => `/${name}/${id}`)];
    return (await Promise.all(paths.map((path) => other.children(path)))).flatMap((names) => names ?? []);
  };
  return { name, start, standing };
}

const document = ({ out }: Ended) => JSON.parse(out);

test("a child is given its batch and a token; what it prints is no answer", async () => {
  const batches = someBatches(2);
  const { start, name, standing } = aComponent(batches);
  const script = 'echo "$1 $2 $EXCLUSIVE_WINDOW_BATCH $EXCLUSIVE_WINDOW_COMPONENT $EXCLUSIVE_WINDOW_FENCING_TOKEN"';
  const { code, out, err } = await start(script).ended;
  expect([code, out.split("\n").toSorted()]).toEqual([0, ["", ...batches.ids.map((id) => `batch ${id}: done`)]]);
  const lines = err.split("\n").filter(Boolean).toSorted();
  expect(lines.map((line) => line.split(" ").slice(0, 4))).toEqual(batches.ids.map((id) => [id, `(${id})`, id, name]));
  const [first = 0n, second = 0n] = lines.map((line) => BigInt(line.split(" ")[4] ?? ""));
  expect(second).toBeGreaterThan(first);
  expect(await standing()).toEqual([]);
});

test("a child that fails leaves the others alone, and ids that are none are told; the document says all", async () => {
  const batches = someBatches(3);
  const [first = "", second = ""] = batches.ids;
  writeFileSync(batches.at("batches"), "../x\n", { flag: "a" });
  const { start, name } = aComponent(batches);
  const ended = await start(`[ "$1" != ${first} ] || exit 7`, ["--queue", "5", "-o", "json"]).ended;
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/^warning: batch "\.\.\/x" was passed over: an id is [^\n]*\n$/);
  const { batches: results, ...rest } = document(ended);
  expect(rest).toEqual({ component: name, end: "worked", message: null, passedOver: [], doneByOthers: [], unusable: [expect.anything()] });
  expect(results).toHaveLength(3);
  const token = expect.stringMatching(/^\d+$/);
  expect(results).toContainEqual({ batch: first, result: "failed", message: "exit code 7", fencingToken: token });
  expect(results).toContainEqual({ batch: second, result: "done", message: null, fencingToken: token });
});

test("SIGTERM is the children's too: nothing more starts, and the locks stay until they have ended", async () => {
  const batches = someBatches(3);
  const { start, standing } = aComponent(batches);
  const script = `trap 'echo told >> "${batches.at("told")}"; while [ ! -e "${batches.at("go")}" ]; do sleep 0.1; done; exit 0' TERM
    echo "begin one $1 $$" >> "${batches.at("log")}"; while :; do sleep 0.1; done`;
  const { child, ended } = start(script, ["--queue", "3", "-o", "json"]);
  await eventually(() => batches.begun("one").length).toBe(2);
  child.kill("SIGTERM");
  await eventually(() => existsSync(batches.at("told")) && readFileSync(batches.at("told"), "utf8")).toBe("told\ntold\n");
  await eventually(async () => (await standing()).length).toBe(2);
  writeFileSync(batches.at("go"), "");
  const done = await ended;
  expect(done.code).toBe(1);
  expect(document(done)).toMatchObject({ end: "asked", batches: [{ result: "skipped" }, { result: "done" }, { result: "done" }] });
  expect(await standing()).toEqual([]);
});

test("a connection that is cut for good ends the children, with all that they started, and exit code 4", async () => {
  const batches = someBatches(1);
  const proxy = await aProxy(server());
  const { start } = aComponent(batches);
  const script = `trap "" TERM; echo "begin one $1 $$" >> "${batches.at("log")}"; sh -c 'trap "" TERM; echo $$ > "$0"; while :; do sleep 0.1; done' "${batches.at("inner")}"`;
  const { ended } = start(script, ["--session-timeout", "4", "--kill-after", "1s", "-o", "json"], proxy.connectString);
  await eventually(() => existsSync(batches.at("inner")) && readFileSync(batches.at("inner"), "utf8")).toMatch(/^\d+\n$/);
  proxy.refuse();
  const done = await ended;
  expect(done.code).toBe(4);
  expect(document(done)).toMatchObject({ batches: [{ result: "lost", message: expect.stringContaining("the lock was lost") }] });
  const inner = Number(readFileSync(batches.at("inner"), "utf8"));
  await eventually(() => isAlive(inner)).toBe(false);
});

test("a child that takes too long is ended, and the next one starts", async () => {
  const batches = someBatches(3);
  const [slow = ""] = batches.ids;
  const { start } = aComponent(batches);
  const { code, out } = await start(`[ "$1" != ${slow} ] || exec sleep 600`, ["--queue", "3", "--child-timeout", "5s"]).ended;
  expect(code).toBe(1);
  expect(out).toContain(`batch ${slow}: failed: it had not ended after 5 s, so it was told to stop: it was ended by SIGTERM\n`);
  expect(out.match(/: done\n/g)).toHaveLength(2);
});

test.each([
  { name: "fails", query: "echo B1; exit 3", says: "the query for batches failed: exit code 3" },
  { name: "takes too long", query: "echo B1; sleep 600", says: "the query for batches failed: it had not ended after 1 s" },
  { name: "prints without end", query: "yes", says: "the query for batches failed: it printed more than 4194304 bytes" },
])("where the query $name, nothing is started", async ({ query, says }) => {
  const batches = someBatches(1);
  const { start } = aComponent(batches);
  const { code, out, err } = await start("true", ["--query", query, "--query-timeout", query.includes("sleep") ? "1s" : "1m"]).ended;
  expect([code, out, err]).toEqual([1, "", `error: ${says}\n`]);
});

test.each([
  { args: ["--simultaneous-processes", "0"], says: "argument '0' is invalid. It must be a whole number, 1 to 1000." },
  { args: ["--queue", "10001"], says: "It must be a whole number, 1 to 10000." },
  { args: ["--child-timeout", "soon"], says: "It must be seconds, or a duration" },
  { args: ["--name", "a/b"], says: 'component "a/b"' },
  { args: ["--root", "batches"], says: "is not absolute" },
  { args: ["--child-timeout", "25h", "--queue", "x"], says: "whole number" },
])("$args is refused", async ({ args, says }) => {
  const { start } = aComponent(someBatches(1));
  expect(await start("true", args).ended).toMatchObject({ code: 2, out: "", err: expect.stringContaining(says) });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
