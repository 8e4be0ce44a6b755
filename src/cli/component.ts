// `component run`: one instance of an autonomous component, as cron starts it.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type BatchResult, type ComponentReport, type ComponentRequest, runComponent } from "../locks/component/component.ts";
import { componentRequestProblem, mostProcesses, mostQueued } from "../locks/component/request.ts";
import type { Dialect } from "../protocol/dialects.ts";
import { lastingClock } from "../shared/clock.ts";
import { exitWith } from "./command-end.ts";
import { addGroup } from "./command-group.ts";
import { type ChildSignals, runChild } from "./component/child.ts";
import { batchIds } from "./component/query.ts";
import { exitCodeOf, problemText, reportDocument, restLines, resultLine } from "./component/report.ts";
import { duration } from "./duration.ts";
import { ExitCode } from "./exit-code.ts";
import type { Machine } from "./machine.ts";
import { type DocumentFormat, documentText, outputOption } from "./output-format.ts";
import { addZooKeeperOptions, withSessionUntil, type ZooKeeperFlags } from "./zookeeper-options.ts";

interface Flags extends ZooKeeperFlags {
  readonly name: string;
  readonly simultaneousProcesses: number;
  readonly query: string;
  readonly queue?: number;
  readonly root: string;
  readonly dialect: Dialect;
  readonly keepSboi?: true;
  readonly sboiTimeout: number;
  readonly batchTimeout: number;
  readonly queryTimeout: number;
  readonly childTimeout?: number;
  readonly killAfter: number;
  readonly output?: DocumentFormat;
}

export function addComponent(program: Command, machine: Machine): void {
  const component = addGroup(program, "component", "run an instance of an autonomous component")
    .description("Runs autonomous components: instances that share batches of work by locks in ZooKeeper.")
    // So that the options of a child's command reach it.
    .enablePositionalOptions();
  addRun(component, machine);
}

function addRun(component: Command, machine: Machine): void {
  const run = component
    .command("run")
    .description("Takes the batches that nobody else has, and runs a command for each of them under its lock.")
    .usage("[options] -- COMMAND [ARGUMENT…]")
    .argument("<command...>", "what to run for a batch; {batch} in an argument is its id")
    .passThroughOptions()
    .helpOption("-h, --help", "print this text")
    .requiredOption("--name <name>", "of the component: its lock is /SBOI/<name>, a batch's /<name>/<batch>")
    .requiredOption("--simultaneous-processes <count>", "so many commands run at once, at most", count(mostProcesses))
    .requiredOption("--query <line>", "a shell line that prints the ids of the batches to be done, one a line")
    .option("--queue <count>", "lock so many batches (default: as many as run at once)", count(mostQueued))
    .option("--root <path>", "what all these locks stand below", "")
    .addOption(dialectOption())
    .option("--keep-sboi", "hold the component's lock until all commands have ended, as beside the original's instances");
  addTimes(run)
    .addOption(outputOption("the report as one document, when all is over", ["json", "yaml"]))
    .addHelpText("after", `\n${exits}\n\nExample:\n  ${machine.program} ${example}`);
  addZooKeeperOptions(run).action((command: readonly string[], flags: Flags) => runOnce(machine, flags, command));
}

function dialectOption(): Option {
  return new Option("--dialect <name>", "how lock nodes are named: as Netflix Curator, or as Apache Curator's InterProcessSemaphoreMutex")
    .choices(["CuratorMutex", "CuratorSemaphoreMutex"] satisfies readonly Dialect[])
    .default("CuratorMutex");
}

const exits =
  "Exit codes: 0 all that was taken is done, 1 something was not done, 2 usage, 3 the component's lock was not had in time, 4 a lock was lost.";
const example = 'component run --name Ingest --simultaneous-processes 4 --query "ls /incoming" -- ./ingest.sh {batch}';

function addTimes(run: Command): Command {
  const time = (flag: string, meaning: string) => new Option(`${flag} <duration>`, meaning).argParser(duration);
  return run
    .addOption(time("--sboi-timeout", "wait so long for the component's lock").default(60_000, "60s"))
    .addOption(time("--batch-timeout", "wait so long for each batch's lock").default(0, "0s: only if nobody has it"))
    .addOption(time("--query-timeout", "end a query that takes longer").default(60_000, "60s"))
    .addOption(time("--child-timeout", "end a command that takes longer (default: never)"))
    .addOption(time("--kill-after", "between SIGTERM and SIGKILL").default(10_000, "10s"));
}

async function runOnce(machine: Machine, flags: Flags, command: readonly string[]): Promise<void> {
  const { signals, asked, forget } = hearSignals();
  const request = requestOf(machine, flags, { command, signals, asked });
  const problem = componentRequestProblem(request);
  if (problem !== undefined) exitWith(machine, "badInput", problem);
  const ran = await withSessionUntil(machine, flags, asked, (session) => runComponent(session, request)).finally(forget);
  const report = ran ?? askedAtOnce;
  if (flags.output === undefined) machine.out(restLines(report));
  else machine.out(documentText(reportDocument(flags.name, report), flags.output));
  for (const { message } of report.unusable) machine.err(`warning: ${message}\n`);
  const trouble = problemText(report.end);
  if (trouble !== undefined) machine.err(`error: ${trouble}\n`);
  const code = exitCodeOf(report);
  if (code !== 0) throw new ExitCode(code);
}

const askedAtOnce: ComponentReport = { end: { kind: "asked" }, results: [], passedOver: [], doneByOthers: [], unusable: [] };

interface Instance {
  readonly command: readonly string[];
  readonly signals: ChildSignals;
  readonly asked: AbortSignal;
}

function requestOf(machine: Machine, flags: Flags, { command, signals, asked }: Instance): ComponentRequest {
  const [program = "", ...args] = command;
  const clock = lastingClock;
  const env = { ...machine.env, EXCLUSIVE_WINDOW_COMPONENT: flags.name };
  const child = { clock, signals, killAfterMs: flags.killAfter };
  return {
    component: flags.name,
    root: flags.root === "/" ? "" : flags.root,
    dialect: flags.dialect,
    clock,
    owner: machine.env?.["POD_IP"] || hostname(),
    uuid: randomUUID,
    limits: {
      simultaneousProcesses: flags.simultaneousProcesses,
      queue: flags.queue ?? flags.simultaneousProcesses,
      keepChooser: flags.keepSboi === true,
    },
    timeouts: { chooserMs: flags.sboiTimeout, batchMs: flags.batchTimeout, workMs: flags.childTimeout },
    signal: asked,
    query: () => batchIds({ ...child, env, line: flags.query, timeoutMs: flags.queryTimeout }),
    work: async (batch, { token, stop }) => {
      const own = { ...env, EXCLUSIVE_WINDOW_BATCH: batch, EXCLUSIVE_WINDOW_FENCING_TOKEN: String(token) };
      const message = await runChild({ ...child, program, args: args.map((arg) => arg.replaceAll("{batch}", batch)), env: own, stop });
      return message === undefined ? { kind: "done" } : { kind: "failed", message };
    },
    warn: (remark) => machine.err(`warning: ${remark}\n`),
    ...(flags.output === undefined ? { report: (result: BatchResult) => machine.out(resultLine(result)) } : {}),
  };
}

/** They end no child by themselves, and never this program: its locks must outlive its children. */
function hearSignals() {
  const asked = new AbortController();
  const listeners = new Set<(name: NodeJS.Signals) => void>();
  const heard = (name: NodeJS.Signals) => {
    asked.abort();
    for (const listener of listeners) listener(name);
  };
  const names = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  for (const name of names) process.on(name, heard);
  const signals: ChildSignals = (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const forget = () => {
    for (const name of names) process.removeListener(name, heard);
  };
  return { asked: asked.signal, signals, forget };
}

function count(most: number): (text: string) => number {
  return (text) => {
    const read = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (read < 1 || read > most) throw new InvalidArgumentError(`It must be a whole number, 1 to ${most}.`);
    return read;
  };
}
