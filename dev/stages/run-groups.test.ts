import { expect, onTestFinished, test, vi } from "vitest";
import { noTests } from "./counts.ts";
import { runGroups, timeTable } from "./run-groups.ts";
import type { Stage, StageContext } from "./stage.ts";

const signal = () => new AbortController().signal;
const context = (stop = signal()): StageContext => ({ root: "/nowhere", vitestArguments: [], signal: stop });

function stage(name: string, passed: boolean, ran: string[] = []): Stage {
  const run = async () => {
    ran.push(name);
    return { passed, counts: passed ? { ...noTests, passed: 1 } : { ...noTests, failed: 1 } };
  };
  return { name, about: "", run };
}

/** Progress that keeps what it was told. */
function heard() {
  const lines: string[] = [];
  const start = (title: string) => ({
    update() {},
    done: () => void lines.push(`ok ${title}`),
    fail: (text = "") => void lines.push(`failed ${title}: ${text}`),
  });
  return { lines, start };
}

test("groups run in their order, and the first one with a failure is the last", async () => {
  const ran: string[] = [];
  const { lines, start } = heard();
  const groups = [
    { name: "first", atOnce: 1, stages: [stage("a", true, ran), stage("b", true, ran)] },
    { name: "second", atOnce: 1, stages: [stage("c", false, ran), stage("d", true, ran)] },
    { name: "third", atOnce: 1, stages: [stage("e", true, ran)] },
  ];
  const records = await runGroups(groups, context(), start);
  expect(ran).toEqual(["a", "b", "c", "d"]);
  expect(records.map(({ name, passed }) => `${name} ${passed}`)).toEqual(["a true", "b true", "c false", "d true"]);
  expect(lines).toEqual(["ok first", "failed second: c"]);
});

test("no more stages of a group run at once than it allows", async () => {
  let running = 0;
  let most = 0;
  const turn = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return { passed: true, counts: noTests };
  };
  const stages = ["a", "b", "c", "d", "e"].map((name) => ({ name, about: "", run: turn }));
  await runGroups([{ name: "all", atOnce: 2, stages }], context(), heard().start);
  expect(most).toBe(2);
});

test("a stage that throws has failed, and the others still run", async () => {
  const printed = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => printed.mockRestore());
  const broken: Stage = { name: "broken", about: "", run: () => Promise.reject(new Error("no such program")) };
  const records = await runGroups([{ name: "all", atOnce: 1, stages: [broken, stage("b", true)] }], context(), heard().start);
  expect(records.map(({ name, passed, counts }) => `${name} ${passed} ${counts.failed}`)).toEqual(["broken false 1", "b true 0"]);
  expect(printed.mock.calls.join()).toContain("no such program");
});

test("after an interrupt no further stage begins", async () => {
  const stop = new AbortController();
  const interrupting: Stage = {
    name: "a",
    about: "",
    run: async () => {
      stop.abort();
      return { passed: true, counts: noTests };
    },
  };
  const groups = [
    { name: "first", atOnce: 1, stages: [interrupting, stage("b", true)] },
    { name: "second", atOnce: 1, stages: [stage("c", true)] },
  ];
  expect((await runGroups(groups, context(stop.signal), heard().start)).map(({ name }) => name)).toEqual(["a"]);
});

test("the table has a line for every stage, those that were not run among them", () => {
  const table = timeTable([{ name: "types", passed: true, counts: noTests, ms: 1500 }], ["types", "integration"]);
  expect(table.split("\n").map((line) => line.replaceAll(/ +/g, " "))).toEqual(["types ok 1.5 s", "integration not run"]);
});
