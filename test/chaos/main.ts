// `npm run chaos`: windows run for minutes while a nemesis breaks links, stops and kills processes and deletes what it can; then
// what the processors and the Jobs recorded themselves is judged.
// Exit codes: 0 PASS, 1 FAIL or an error, 2 wrong arguments, 3 something this machine lacks, 130 stopped by a signal.
import { randomInt } from "node:crypto";
import { Screen } from "../../demo/screen.ts";
import { MissingPrerequisites } from "../../dev/prerequisites.ts";
import { startProgress } from "../../dev/progress.ts";
import { messageOf } from "../../src/shared/errors.ts";
import { type ChaosArguments, parseArguments, usage } from "./arguments.ts";
import { reasons } from "./report.ts";
import { runChaos } from "./run.ts";

const PLAIN_EVERY_MS = 30_000;
const screen = new Screen(process.stdout);
const startedMs = performance.now();

async function main({ seed = randomInt(2 ** 32), ...asked }: ChaosArguments, signal: AbortSignal): Promise<number> {
  try {
    const say = (line: string) => screen.line(line);
    const figures = await runChaos({ ...asked, seed, say, progress: showing(), start: startProgress, signal });
    if (signal.aborted) return 130;
    return reasons(figures).length === 0 ? 0 : 1;
  } catch (error) {
    screen.line(messageOf(error));
    if (signal.aborted) return 130;
    return error instanceof MissingPrerequisites ? 3 : 1;
  }
}

/** On a terminal one line that is drawn anew, elsewhere a plain one now and then. */
function showing(): (text: string) => void {
  let saidMs = startedMs;
  return (text) => {
    const line = `${((performance.now() - startedMs) / 1000).toFixed(0).padStart(5)} s  ${text}`;
    if (screen.isLive) screen.draw([line]);
    else if (performance.now() - saidMs > PLAIN_EVERY_MS) {
      saidMs = performance.now();
      screen.line(line);
    }
  };
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => {
      screen.line("stopping: healing what was broken and removing what was made");
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  return stop.signal;
}

const chaos = parseArguments(process.argv.slice(2));
if (chaos === "help") {
  console.log(usage);
} else if ("problem" in chaos) {
  console.error(`${chaos.problem}\n\n${usage}`);
  process.exitCode = 2;
} else {
  process.exit(await main(chaos, stopSignal()));
}
