// The commands that ask a running gate: status, wait, drain and run.
import { randomUUID } from "node:crypto";
import { type Command, Option } from "commander";
import { lastingClock } from "../shared/clock.ts";
import { type GateAnswer, GateClient } from "../sidecar/client.ts";
import { type ListenAddress, parseListenAddress } from "../sidecar/listen-address.ts";
import { NOT_IN_TIME, runUnderLease } from "../sidecar/under-lease.ts";
import { drainGate, heardText, type WaitOutcome, waitFor } from "../sidecar/waiting.ts";
import { duration } from "./duration.ts";
import { ExitCode } from "./exit-code.ts";
import { gateStatus } from "./gate-status.ts";
import type { Machine } from "./machine.ts";

interface Options {
  readonly listen: string;
  readonly timeout?: number;
}

const usualTtlMs = 60_000;

export function listenOption(): Option {
  return new Option("--listen <address>", "where the gate answers: an address of the loopback, or unix:/path")
    .env("EXCLUSIVE_WINDOW_GATE_LISTEN")
    .default("127.0.0.1:9271");
}

export function addGateCommands(gate: Command, machine: Machine): void {
  addStatus(gate, machine);
  addWait(gate, machine);
  addDrain(gate, machine);
  addRun(gate, machine);
}

function command(gate: Command, name: string, text: string): Command {
  return gate.command(name).description(text).addOption(listenOption()).helpOption("-h, --help", "print this text");
}

function addStatus(gate: Command, machine: Machine): void {
  command(gate, "status", "Prints the state of the gate. Exit code 0: it answers, open or closed.")
    .addOption(new Option("-o, --output <format>", "json: the gate's own answer").choices(["json"]))
    .action(async (options: Options & { readonly output?: "json" }) => {
      const answer = await clientOf(options, machine).ask("GET", "/v1/gate");
      if (answer.kind === "answer" && (answer.status === 200 || answer.status === 423))
        machine.out(options.output === "json" ? `${JSON.stringify(answer.body, undefined, 2)}\n` : gateStatus(answer.body));
      else fail(machine, heardText(answer), 1);
    });
}

function addWait(gate: Command, machine: Machine): void {
  command(gate, "wait", "Waits until the gate is open, or until it is closed.")
    .addOption(new Option("--open", "until work may start").conflicts("closed"))
    .addOption(new Option("--closed", "until no work may start"))
    .option("--timeout <duration>", "for so long, such as 60s; then the exit code is 3 (default: for ever)", duration)
    .action(async (options: Options & { readonly closed?: true; readonly open?: true }) => {
      if (options.open === undefined && options.closed === undefined) fail(machine, "say what to wait for: --open or --closed", 2);
      const parts = { client: clientOf(options, machine), clock: lastingClock, timeoutMs: options.timeout ?? Number.POSITIVE_INFINITY };
      reached(machine, await waitFor(parts, options.closed ? "closed" : "open"));
    });
}

function addDrain(gate: Command, machine: Machine): void {
  command(gate, "drain", "Closes the gate for good: no new work starts. Waits until the leases have ended and the locks are released.")
    .option("--timeout <duration>", "wait for so long; then the exit code is 3 (default: for ever)", duration)
    .action(async (options: Options) => {
      const client = clientOf(options, machine);
      const first: GateAnswer = await client.ask("POST", "/v1/drain");
      if (first.kind === "silent") fail(machine, first.message, 1);
      reached(machine, await drainGate({ client, clock: lastingClock, timeoutMs: options.timeout ?? Number.POSITIVE_INFINITY }));
    });
}

function addRun(gate: Command, machine: Machine): void {
  command(gate, "run", "Runs a command as one unit of work: waits until the gate is open, and holds a lease while it runs.")
    .usage("[options] -- COMMAND [ARGUMENT…]")
    .argument("<command...>", "what to run; its exit code is the answer")
    .passThroughOptions()
    .option("--timeout <duration>", "wait so long for the gate; then the exit code is 3 (default: for ever)", duration)
    .addOption(
      new Option("--ttl <duration>", "how long the lease holds the locks if this program is killed")
        .argParser(duration)
        .default(usualTtlMs, "60s"),
    )
    .addHelpText("after", "\nExit codes: the command's, 2 usage, 3 not open in time, 4 the lease was lost: the command was ended.")
    .action(async ([program = "", ...args]: readonly string[], options: Options & { readonly ttl: number }) => {
      const code = await runUnderLease({
        client: clientOf(options, machine),
        clock: lastingClock,
        command: program,
        args,
        id: `run-${randomUUID()}`,
        ttlMs: options.ttl,
        timeoutMs: options.timeout ?? Number.POSITIVE_INFINITY,
        onSignal,
        tell: (remark) => machine.err(`${remark}\n`),
      });
      if (code !== 0) throw new ExitCode(code);
    });
}

function clientOf({ listen }: Options, machine: Machine): GateClient {
  const address: ListenAddress | { readonly kind: "problem"; readonly message: string } = parseListenAddress(listen);
  return address.kind === "problem" ? fail(machine, `--listen ${address.message}`, 2) : new GateClient(address, lastingClock);
}

function reached(machine: Machine, outcome: WaitOutcome): void {
  if (outcome.kind === "late") fail(machine, `not in time: ${outcome.message}`, NOT_IN_TIME);
}

function fail(machine: Machine, message: string, code: number): never {
  machine.err(`error: ${message}\n`);
  throw new ExitCode(code);
}

function onSignal(listener: (name: NodeJS.Signals) => void): () => void {
  const names = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  for (const name of names) process.on(name, listener);
  return () => {
    for (const name of names) process.removeListener(name, listener);
  };
}
