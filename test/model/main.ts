// `npm run model -- --setting NAME|ci|all`: explores settings to their whole bound and tells how far it is.
import { parseArgs } from "node:util";
import { startProgress } from "../../dev/progress.ts";
import { type Explored, explore } from "./explore.ts";
import { type Bounded, settings } from "./settings.ts";

const usage = `npm run model -- --setting NAME|ci|all [--states N]

Explores every state of a setting and prints how many there are, or a shortest way to what is wrong.
  --setting  one of: ${settings.map(({ setting }) => setting.name).join("; ")}
             ci: those that npm test explores; all: all of them, one after the other
  --states   stop after so many states (default 60000000; each takes about 100 bytes)
Ends in 1 where something is wrong, in 3 where it stopped before the end.`;

const { values } = parseArgs({ options: { setting: { type: "string" }, states: { type: "string", default: "60000000" } } });
const limit = Number(values.states);
const chosen = settings.filter((one) => isChosen(one, values.setting));

if (chosen.length === 0 || !Number.isInteger(limit) || limit < 1) {
  console.error(
    values.setting === undefined ? usage : `there is no setting ${JSON.stringify(values.setting)}, or --states is no number\n\n${usage}`,
  );
  process.exitCode = 2;
} else {
  for (const { setting } of chosen) {
    const started = performance.now();
    const perSecond = (states: number) => Math.round((states / (performance.now() - started)) * 1000);
    const told = startProgress(`exploring ${setting.name}`);
    const progress = (states: number, done: number) => told.update(`${states} states met, ${done} done, ${perSecond(states)} states/s`);
    const explored = await explore(setting, { states: limit, progress });
    told.done();
    console.log(`${setting.name}: ${answer(explored)} (${perSecond(explored.states)} states/s)`);
    if (explored.kind === "violation" || explored.kind === "dead end") process.exitCode = 1;
    if (explored.kind === "stopped") process.exitCode ??= 3;
  }
}

function isChosen({ setting, ci }: Bounded, name: string | undefined): boolean {
  return setting.name === name || name === "all" || (name === "ci" && ci);
}

function answer(explored: Explored): string {
  const { states } = explored;
  switch (explored.kind) {
    case "whole":
      return `${states} states, nothing is wrong; ${explored.ends} of them are ends, and an end can be reached from each`;
    case "stopped":
      return `stopped after ${states} states: nothing is wrong so far, and dead ends were not looked for`;
    case "violation":
      return `${explored.what}, found after ${states} states:\n  ${explored.trace.join("\n  ")}\n`;
    case "dead end":
      return `no end can be reached from ${explored.count} of ${states} states, first from where this leads:\n  ${explored.trace.join("\n  ")}\n`;
  }
}
