// `npm run demo`: the whole project on one machine in about a minute, judged by what the events and the Job recorded themselves.
// Exit codes: 0 PASS, 1 FAIL or an error, 2 wrong arguments, 3 something this machine lacks, 130 stopped by a signal.
import { MissingPrerequisites } from "../dev/prerequisites.ts";
import { messageOf } from "../src/shared/errors.ts";
import { type DemoArguments, parseArguments, usage } from "./arguments.ts";
import { directions } from "./directions.ts";
import { explain } from "./explain.ts";
import { Phases } from "./phases.ts";
import { Screen } from "./screen.ts";
import { eventsPerSecond, type Stage, setStage } from "./stage.ts";
import { tell } from "./story.ts";
import { lastLine, summary } from "./summary.ts";
import { Undo } from "./undo.ts";
import { Watch } from "./watch.ts";

const startedAt = performance.now();
const screen = new Screen(process.stdout);
const phases = new Phases(screen, startedAt);
const undo = new Undo();

interface Outcome {
  readonly code: number;
  /** The demo's last line. */
  readonly line: string;
  readonly directions: readonly string[];
}

async function main(demo: DemoArguments, signal: AbortSignal): Promise<Outcome> {
  let stage: Stage | undefined;
  try {
    stage = await setStage({ demo, phases, undo, signal });
    return await play(stage, demo, signal);
  } catch (error) {
    if (signal.aborted) return { code: 130, line: `demo: FAIL ${messageOf(signal.reason)}`, directions: [] };
    for (const line of messageOf(error).split("\n")) screen.line(line);
    if (stage !== undefined) await explain(stage.kubectl, stage.session, (line) => screen.line(line));
    const code = error instanceof MissingPrerequisites ? 3 : 1;
    return {
      code,
      line: `demo: FAIL ${messageOf(error).split("\n")[0]}`,
      directions: demo.keep && stage !== undefined ? directions(stage) : [],
    };
  }
}

async function play(stage: Stage, demo: DemoArguments, signal: AbortSignal): Promise<Outcome> {
  const { kubectl, session } = stage;
  const watch = new Watch({ kubectl, session, screen, signal, startedAt, fullRate: eventsPerSecond });
  const findings = await tell({ stage, watch, screen, control: demo.control }).finally(() => watch.stop());
  screen.line(`ok: the story, ${phases.total} in all\n`);
  for (const line of summary(findings)) screen.line(line);
  screen.line("");
  const isExpected = demo.control && (findings.verdict.overlap ?? 0) > 0;
  if (!findings.verdict.pass && !isExpected) await explain(kubectl, session, (line) => screen.line(line));
  return { code: findings.verdict.pass ? 0 : 1, line: lastLine(findings), directions: demo.keep ? directions(stage) : [] };
}

/** Ctrl-C reaches a program under npm twice at once, so only a later one counts as the second. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let askedAt: number | undefined;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (askedAt !== undefined && performance.now() - askedAt > 1000) process.exit(130);
      if (askedAt === undefined) screen.line("stopping and removing what was made (once more to stop at once)");
      askedAt ??= performance.now();
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  return stop.signal;
}

// Whoever read the output went away: what was made must still be removed.
process.stdout.on("error", () => undefined);
const demo = parseArguments(process.argv.slice(2));
if (demo === "help") {
  console.log(usage);
} else if ("problem" in demo) {
  console.error(`${demo.problem}\n\n${usage}`);
  process.exitCode = 2;
} else {
  const outcome = await main(demo, stopSignal());
  await undo.all(demo.keep, phases);
  for (const line of outcome.directions) console.log(line);
  console.log(`total time: ${phases.total}`);
  console.log(outcome.line);
  process.exit(outcome.code);
}
