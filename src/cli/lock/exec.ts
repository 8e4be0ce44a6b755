// `lock exec`: runs a command under one or more locks. Its exit code is the command's, unless there is a reason for one of its own.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { isatty } from "node:tty";
import { Command, Option } from "commander";
import { inOrder, type LockRequest, requestProblem } from "../../locks/lock-request.ts";
import { type Dialect, dialects, type LockMode } from "../../protocol/dialects.ts";
import { lastingClock } from "../../shared/clock.ts";
import { signalCode } from "../../shared/started-process.ts";
import { exitWith } from "../command-end.ts";
import { dataTime } from "../data-time.ts";
import { duration } from "../duration.ts";
import { ExitCode } from "../exit-code.ts";
import { examplesOf } from "../locks/lock-options.ts";
import type { Machine } from "../machine.ts";
import { addZooKeeperOptions, openedSession, sessionOptions, type ZooKeeperFlags } from "../zookeeper-options.ts";
import { type TargetFlags, targetOf } from "./exec-options.ts";
import { type CommandEnd, runGuarded } from "./guarded-command.ts";
import { type Obtained, obtainLocks } from "./obtain.ts";
import { hearSignals, type Signals } from "./signals.ts";

const notInTime = 3;
const lockLost = 4;

interface Flags extends ZooKeeperFlags, TargetFlags {
  readonly mode: LockMode;
  readonly timeout?: number;
  readonly killAfter: number;
  readonly verbose?: true;
}

const codesText = `
Exit codes: the command's (128+n when signal n ended it); 1 failed, 2 usage or bad input, 3 not in time, 4 a lock was lost while
the command ran, which was ended, 126 and 127 when it cannot be run; 128+n when signal n ended the wait.`;

export function addExec(lock: Command, machine: Machine): void {
  const exec = new DividedCommand("exec").copyInheritedSettings(lock);
  lock.addCommand(exec);
  const name = `${machine.program} lock exec`;
  exec
    .summary("run a command while locks are held")
    .description("Takes all the locks or none, runs the command while they are held, and ends it when they are lost.")
    .usage("[options] PATH… -- COMMAND [ARGUMENT…]")
    .argument("[PATH...]", "the lock paths, at most 256, in any order")
    .helpOption("-h, --help", "print this text")
    .addOption(new Option("--mode <mode>", "read: beside other readers; write: alone").choices(["read", "write"]).default("write"))
    .addOption(new Option("--dialect <name>", "whose names (default: Curator; of datasets ZooKeeperRecipe)").choices(dialects))
    .option("--timeout <duration>", "wait so long, such as 60 or 5m; 0: only if nobody is in the way (default: for ever)", duration)
    .addOption(
      new Option("--kill-after <duration>", "when a lock was lost: between SIGTERM and SIGKILL").argParser(duration).default(10_000, "10s"),
    )
    .option("--service-path <path>", "instead of PATH, a dataset as LogDriver names it: /service/<dc>/<service>/logs")
    .option("--component <name>", "of the dataset")
    .option("--from <time>", "its first hour: yyyyMMdd/HH (UTC), milliseconds since 1970, or an RFC 3339 time", dataTime)
    .option("--to <time>", "its end, itself left out", dataTime)
    .option("--layout <path>", "where its locks stand (default: /logdriver/locks{servicePath}/{date}/{hour}/{component})")
    .option("-v, --verbose", "say for whom it waits, also where standard error is no terminal")
    .addHelpText(
      "after",
      examplesOf([`${name} /locks/orders -- ./move-orders.sh`, `${name} --mode read --timeout 60 /a /b -- make report`]),
    )
    .addHelpText("after", codesText);
  addZooKeeperOptions(exec).action(async (paths: readonly string[], flags: Flags) => {
    const code = await runLocked(machine, paths, exec.divided ?? [], flags);
    if (code !== 0) throw new ExitCode(code);
  });
}

/** Knows what stands behind the first --, which commander drops among the other arguments. */
class DividedCommand extends Command {
  divided: readonly string[] | undefined;

  override parseOptions(args: string[]): ReturnType<Command["parseOptions"]> {
    const at = args.indexOf("--");
    this.divided = at < 0 ? undefined : args.slice(at + 1);
    return super.parseOptions(at < 0 ? args : args.slice(0, at));
  }
}

async function runLocked(machine: Machine, given: readonly string[], words: readonly string[], flags: Flags): Promise<number> {
  const [program, ...args] = words;
  if (program === undefined)
    return exitWith(machine, "badInput", "COMMAND: is missing; write it behind the paths and --, as in: PATH -- COMMAND");
  const request = requestOf(machine, given, flags);
  const options = { ...sessionOptions(machine, flags), clock: lastingClock };
  const onTerminal = [0, 1, 2].some((stream) => isatty(stream));
  const signals = hearSignals(onTerminal);
  try {
    const obtained = await obtainLocks({
      open: (signal) => openedSession(machine, { ...options, signal }),
      request,
      timeoutMs: flags.timeout ?? Number.POSITIVE_INFINITY,
      stop: signals.stop,
      tell: flags.verbose || machine.screen?.err ? (remark) => machine.err(`${remark}\n`) : () => undefined,
    });
    if (obtained.kind !== "held") return unobtained(machine, obtained, signals);
    const { locks, session } = obtained;
    const env = { ...machine.env, ...variables(request.paths, locks.token) };
    const command = { program, args, env, locks, killAfterMs: flags.killAfter, onTerminal, signals, clock: lastingClock };
    const end = await runGuarded(command, (why) => machine.err(`error: ${why}\n`));
    await session.close(); // and with it go the locks
    return told(machine, end);
  } finally {
    signals.release();
  }
}

type Request = Omit<LockRequest, "timeoutMs" | "signal" | "waiting">;

function requestOf(machine: Machine, given: readonly string[], flags: Flags): Request {
  const target: { readonly paths: readonly string[]; readonly dialect: Dialect } = targetOf(machine, given, flags);
  // As processors write it: so a window knows which Pod it waits for.
  const owner = machine.env?.["POD_IP"] || hostname();
  const request: Request = { ...target, mode: flags.mode, owner, uuid: randomUUID, clock: lastingClock };
  const problem = requestProblem(request);
  return problem === undefined ? request : exitWith(machine, "badInput", problem);
}

/** No path holds a line break, while some hold commas or spaces. */
function variables(paths: readonly string[], token: bigint): Readonly<Record<string, string>> {
  return { EXCLUSIVE_WINDOW_FENCING_TOKEN: String(token), EXCLUSIVE_WINDOW_LOCK_PATHS: inOrder(paths).join("\n") };
}

function unobtained(machine: Machine, obtained: Exclude<Obtained, { kind: "held" }>, { stop }: Signals): number {
  switch (obtained.kind) {
    case "stopped":
      return signalCode(stop.reason);
    case "late":
      machine.err(`error: not in time: ${obtained.ahead === undefined ? "ZooKeeper did not answer" : `${obtained.ahead} is in the way`}\n`);
      return notInTime;
    case "refused":
      machine.err(`error: ${obtained.message}\n`);
      return 1;
  }
}

function told(machine: Machine, end: CommandEnd): number {
  switch (end.kind) {
    case "ended":
      return end.code;
    case "not started":
      machine.err(`error: ${end.message}\n`);
      return end.code;
    case "lost":
      return lockLost;
  }
}
