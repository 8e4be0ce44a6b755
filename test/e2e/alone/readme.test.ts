// Every command that the documents show for a cluster (their blocks marked "sh cluster"), typed as it stands and in its order, with
// real runs in between. A command that nobody checks here fails, and so does a check whose command is gone.
import { describe, expect, test } from "vitest";
import type { Session } from "../../../src/zookeeper/session.ts";
import { type DocumentCommand, documentCommands } from "../../support/documents.ts";
import { useReader } from "../support/reader.ts";
import { useStage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { createWindows, type StageWindows } from "../support/windows.ts";

const stage = useStage();
const reader = useReader(stage);

const name = "nightly-compaction";
const window = (): StageWindows => createWindows(stage().kube, "orders");
const inOrders = (command: string): Promise<string> => reader().types(`kubectl -n orders ${command}`);

interface Check {
  /** Makes it so that the command has something to show, or to do. */
  readonly before?: () => Promise<unknown>;
  /** What it must have printed, and done. */
  readonly after: (printed: string) => unknown;
}

/** By words that are in one command alone. */
const checks: Readonly<Record<string, Check>> = {
  "apply -k deploy/default": {
    after: (printed) => expect(printed).toContain("deployment.apps/exclusive-window-controller created\n"),
  },
  "rollout status deployment/exclusive-window-controller": {
    after: (printed) => expect(printed).toContain("successfully rolled out"),
  },
  "apply -k deploy/samples": {
    after: async (printed) => {
      expect(printed).toContain(`exclusivewindow.exclusivewindow.dev/${name} created\n`);
      await window().condition(name, "Ready", "True", "Scheduled");
      await slowDown();
      await processorsWork();
    },
  },
  "get exclusivewindows": {
    after: (printed) => expect(printed).toMatch(new RegExp(`^${name} +0 2 1 1 \\* +Europe/Copenhagen +True +Scheduled`, "m")),
  },
  "annotate deployment order-events": {
    // The samples bear it already.
    before: async () => {
      await inOrders("annotate deployment order-events exclusivewindow.dev/window-");
      await until("nobody takes part", async () => ((await window().read(name)).status.participants ?? []).length === 0);
    },
    after: () =>
      until("the Deployment takes part, and its Pods hold their read locks", async () => {
        const [workload, ...others] = (await window().read(name)).status.participants ?? [];
        return others.length === 0 && workload?.name === "order-events" && workload.pods === 3 && workload.holding === 3;
      }),
  },
  "describe exclusivewindow": {
    after: (printed) => {
      expect(printed).toMatch(/Participants:\n +Holding: +3\n/);
    },
  },
  "exclusivewindow.dev/run-requested-at": { after: jobRuns },
  "-o wide": {
    after: async (printed) => expect(printed).toMatch(new RegExp(`^${name} .* Running .* ${(await active()).jobName} `, "m")),
  },
  "get events": {
    after: (printed) => {
      for (const reason of ["RunStarted", "SignalRaised", "WriteLockAcquired", "JobStarted"])
        expect(printed).toMatch(new RegExp(` ${reason} `));
    },
  },
  "delete job": {
    after: async () => {
      expect(await window().ended(name)).toMatchObject({ result: "JobDeleted", message: "the Job was deleted while it ran" });
      expect(await inOrders("get jobs,pods --selector job-name -o name")).toBe("");
      await processorsWork();
    },
  },
  '{"spec":{"suspend":true}}': { after: () => window().condition(name, "Ready", "True", "Suspended") },
  '{"spec":{"suspend":false}}': { after: () => window().condition(name, "Ready", "True", "Scheduled") },
  "exclusivewindow.dev/abandon-locks": {
    before: async () => {
      await window().runNow(name);
      await jobRuns();
      await stage().zookeeper.kill();
      await inOrders(`delete exclusivewindow ${name} --wait=false`);
      await window().condition(name, "Ready", "True", "Unknown");
    },
    after: async () => {
      await until("the window is gone", () => window().isGone(name));
      await stage().zookeeper.restart();
      await processorsWork();
    },
  },
};

/**
 * The samples' window falls due every night, its grace is as long as a session, and its Job is over in seconds: here it runs when a
 * command says so, and until a command ends it.
 */
async function slowDown(): Promise<void> {
  const patch = [
    { op: "replace", path: "/spec/schedule", value: "0 2 1 1 *" },
    { op: "replace", path: "/spec/jobTemplate/spec/template/spec/containers/0/env/0", value: { name: "JOB_SECONDS", value: "3000" } },
    { op: "replace", path: "/spec/drainGraceSeconds", value: 1 },
  ];
  await inOrders(`patch exclusivewindow ${name} --type json --patch '${JSON.stringify(patch)}'`);
}

const active = () => window().run(name, "is active", () => true);

async function jobRuns(): Promise<void> {
  await window().run(name, "has started its Job", ({ steps }) => steps.jobStartTime !== undefined);
  expect(await readers()).toBe("0, signal up");
}

async function processorsWork(): Promise<void> {
  await until("all processors hold their read locks, and no signal is up", async () => (await readers()) === "3, signal down");
}

let opened: Promise<Session> | undefined;

/** Counted in ZooKeeper, past the controller, where the documents say that lock and signal are. */
async function readers(): Promise<string> {
  opened ??= stage().session();
  const session = await opened;
  const nodes = ((await session.children(`/exclusive-windows/orders/${name}/lock`)) ?? []).filter((node) => node.includes("__READ__"));
  const signal = await session.exists(`/exclusive-windows/orders/${name}/signal`);
  return `${nodes.length}, signal ${signal === undefined ? "down" : "up"}`;
}

const commands = documentCommands().filter(({ runIn }) => runIn === "cluster");
const checksOf = ({ text }: DocumentCommand) => Object.entries(checks).filter(([words]) => text.includes(words));

/** The README begins with an empty cluster, and each document after it with the README's installation and the samples, at rest. */
async function beginAnother(): Promise<void> {
  await reader().types("kubectl apply -k deploy/samples");
  await slowDown();
  const { run } = (await window().read(name)).status;
  if (run !== undefined) await inOrders(`delete job ${run.jobName}`);
  await processorsWork();
}

describe("the documents' commands for a cluster", () => {
  let at = commands[0]?.file;
  let broken: string | undefined;

  test("are each checked here, and nothing else is", () => {
    expect(at).toBe("README.md");
    for (const command of commands) expect(checksOf(command).length, `checks of ${command.file}:${command.line} ${command.text}`).toBe(1);
    const idle = Object.keys(checks).filter((words) => !commands.some(({ text }) => text.includes(words)));
    expect(idle).toEqual([]);
  });

  test.for(commands)("$file:$line does what it says: $text", async (command) => {
    if (broken !== undefined) throw new Error(`not tried, since ${broken} failed`);
    broken = `${command.file}:${command.line}`;
    const [[, check] = []] = checksOf(command);
    if (check === undefined) throw new Error("nobody checks it: say in this file what it shows or does");
    if (command.file !== at) await beginAnother();
    at = command.file;
    await check.before?.();
    await check.after(await reader().types(command.text));
    broken = undefined;
  });
});
