// `gate`: the sidecar that holds a Pod's read locks, and the commands that ask a running one. What they do is in src/sidecar.
import { type Command, Option } from "commander";
import { addGateCommands, listenOption } from "./gate-commands.ts";
import { serveGate } from "./gate-serve.ts";
import type { Machine } from "./machine.ts";

const prefix = "EXCLUSIVE_WINDOW_";

/** Each means what its variable means, and wins over it. */
const settings: readonly (readonly [flag: string, variable: string, text: string])[] = [
  ["--zookeeper <servers>", "ZOOKEEPER", "the servers: host:port,host:port or host:port/chroot"],
  ["--locks <locks>", "LOCKS", "lock paths, 1 to 16, separated by commas; LOCK=SIGNAL where the signal is not LOCK-signal"],
  ["--name <window>", "NAME", "NAMESPACE/WINDOW, for logs and answers"],
  ["--session-timeout <seconds>", "SESSION_TIMEOUT_SECONDS", "what to ask the servers for (default: 30)"],
  ["--writers <which>", "WRITERS", "any, or signalled: every writer raises the signal (default: any)"],
  ["--tls-ca <file>", "TLS_CA", "speak TLS with servers whose certificates these authorities signed, in PEM"],
  ["--tls-cert <file>", "TLS_CERT", "this side's certificate, in PEM"],
  ["--tls-key <file>", "TLS_KEY", "its key, in PEM"],
  ["--digest-file <file>", "DIGEST_FILE", "log in to the servers: a file that holds user:password"],
  ["--gate-file <file>", "GATE_FILE", "a file that exists while the gate is open"],
  ["--drain-timeout <seconds>", "DRAIN_TIMEOUT_SECONDS", "how long leases may hold the locks once the gate closes (default: 0, no limit)"],
  ["--on-closing <hook>", "ON_CLOSING", "http://… that is posted to, or a command, before the locks are released"],
  ["--on-open <hook>", "ON_OPEN", "the same when the gate has opened"],
  ["--hook-timeout <seconds>", "HOOK_TIMEOUT_SECONDS", "how long a hook may take, 0: no limit (default: 30)"],
];

export function addGate(program: Command, machine: Machine): void {
  const name = `${machine.program} gate`;
  const gate = program
    .command("gate")
    .enablePositionalOptions()
    .summary("hold the read locks of windows for programs that speak no ZooKeeper")
    .description(
      "Holds the read locks of windows, and tells the programs of its Pod over HTTP, a file or hooks when they may work. Runs until " +
        "SIGTERM; then it waits for the leases and releases the locks. The commands below ask a gate that runs.",
    )
    .helpOption("-h, --help", "print this text")
    .helpCommand(false)
    .addOption(listenOption())
    .addHelpText("after", `\nExamples:\n  ${name} --zookeeper localhost:2181 --locks /exclusive-windows/orders/nightly/lock`)
    .addHelpText("after", `  ${name} run -- ./import-orders.sh\n  ${name} wait --open --timeout 60s`)
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 usage or bad input, 3 not in time, 4 the lease was lost.");
  for (const [flag, variable, text] of settings) gate.addOption(new Option(flag, text).env(prefix + variable));
  const variables = new Map([
    ["listen", "GATE_LISTEN"],
    ...settings.map(([flag, variable]) => [new Option(flag).attributeName(), variable] as const),
  ]);
  gate.action((options: Readonly<Record<string, string>>) => {
    const given = Object.entries(options).map(([key, value]) => [`${prefix}${variables.get(key)}`, value]);
    return serveGate({ POD_IP: process.env["POD_IP"], ...Object.fromEntries(given) }, machine);
  });
  addGateCommands(gate, machine);
}
