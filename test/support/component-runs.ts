// Instances of a component as processes, each started as cron starts it, with batches in a directory: a batch is done when its record
// stands there. The children write down when they begin and end, and a test reads from that who overlapped whom.
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type Started, startOurs, startProgram } from "./started-program.ts";

/** Stays at work while a file named after its instance says so. The record comes first, as the batch must not be listed any more then. */
const work = `#!/bin/sh
set -eu
cd "$(dirname "$0")"
echo "begin $INSTANCE $1 $$" >> log
sleep 0.1
while [ -e "stuck-$INSTANCE" ]; do sleep 0.1; done
mkdir "done/$1" || echo "twice $INSTANCE $1 $$" >> log
echo "end $INSTANCE $1 $$" >> log
`;

const query = `#!/bin/sh
cd "$(dirname "$0")"
while read -r batch; do [ -e "done/$batch" ] || echo "$batch"; done < batches
`;

interface Mark {
  readonly what: string;
  readonly instance: string;
  readonly batch: string;
  readonly pid: number;
}

export function someBatches(count: number) {
  const directory = mkdtempSync(join(tmpdir(), "component-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const at = (name: string) => join(directory, name);
  const ids = Array.from({ length: count }, (_, i) => `B4000220282${i + 10}-RT1`);
  mkdirSync(at("done"));
  writeFileSync(at("batches"), ids.map((id) => `${id}\n`).join(""));
  writeFileSync(at("log"), "");
  for (const [name, text] of Object.entries({ work, query })) {
    writeFileSync(at(name), text);
    chmodSync(at(name), 0o755);
  }
  const marks = (): readonly Mark[] =>
    readFileSync(at("log"), "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => {
        const [what = "", instance = "", batch = "", pid = ""] = line.split(" ");
        return { what, instance, batch, pid: Number(pid) };
      });
  return {
    at,
    ids,
    marks,
    work: at("work"),
    query: at("query"),
    begun: (instance: string) => marks().filter((mark) => mark.what === "begin" && mark.instance === instance),
    done: () => readdirSync(at("done")).length,
    stick: (instance: string) => writeFileSync(at(`stuck-${instance}`), ""),
    unstick: (instance: string) => rmSync(at(`stuck-${instance}`)),
    /** As the end of a container: the instance and its children at once, and then it is written down. */
    kill: async (instance: string, { child, ended }: Started) => {
      child.kill("SIGKILL");
      const over = new Set(
        marks()
          .filter(({ what }) => what === "end")
          .map(({ pid }) => pid),
      );
      for (const { what, instance: whose, pid } of marks()) if (what === "begin" && whose === instance && !over.has(pid)) killGroup(pid);
      await ended;
      appendFileSync(at("log"), `killed ${instance}\n`);
    },
  };
}

export type Batches = ReturnType<typeof someBatches>;

function killGroup(pid: number): void {
  if (existsSync(`/proc/${pid}`) || process.platform !== "linux") process.kill(-pid, "SIGKILL");
}

/** What the children wrote down, one after the other: throws at a batch that is worked on or done twice. */
export function replayed(batches: Batches) {
  const open = new Map<string, string>();
  const doneBy = new Map<string, string>();
  const of = (instance: string) => [...open].filter(([, whose]) => whose === instance).map(([batch]) => batch);
  let most = 0;
  const replay: Readonly<Record<string, (mark: Mark) => void>> = {
    begin: ({ instance, batch }) => {
      expect([open.get(batch), doneBy.get(batch)], `${instance} began ${batch}`).toEqual([undefined, undefined]);
      open.set(batch, instance);
      most = Math.max(most, of(instance).length);
    },
    end: ({ instance, batch }) => {
      open.delete(batch);
      doneBy.set(batch, instance);
    },
    killed: ({ instance }) => {
      for (const batch of of(instance)) open.delete(batch);
    },
  };
  for (const mark of batches.marks()) (replay[mark.what] ?? expect.fail(`${mark.what}: ${mark.batch} by ${mark.instance}`))(mark);
  expect([...open]).toEqual([]);
  return { doneBy, most };
}

/** Another program of that instance. */
export function startForeign(command: readonly string[], instance: string): Started {
  return startProgram(command, { env: { INSTANCE: instance } });
}

/** Ours. */
export function startInstance(zookeeper: string, instance: string, args: readonly string[]): Started {
  const path = [dirname(process.execPath), process.env["PATH"]].join(":");
  const env = { INSTANCE: instance, EXCLUSIVE_WINDOW_ZOOKEEPER: zookeeper, PATH: path };
  return startOurs(["component", "run", ...args], { env });
}
