// LogDriver's documented race, with real files: a job moves the data of an hour from /incoming by way of /working to /data while a user looks
// for it in one place after the other. Without locks the user misses it; with a read lock he never does.
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type Acquisition,
  acquireReadLocks,
  acquireWriteLocks,
  connect,
  type Dataset,
  datasetPaths,
  type HeldLocks,
  releaseReadLocks,
} from "../../src/locks/index.ts";
import { aDesk, lockExec, sh } from "../support/lock-exec.ts";
import { aLock } from "../support/locks-admin.ts";
import { eventually, server, session, withServer } from "../support/server-gate.ts";

withServer();

const hours = { from: Date.UTC(2026, 10, 26, 23), to: Date.UTC(2026, 10, 27, 1) };
let components = 0;
const aDataset = (): Dataset => ({ servicePath: "/service/9/web/logs", component: `app-${++components}`, ...hours });
const addressOf = ({ servicePath, component }: Dataset): readonly string[] => [
  "--service-path",
  servicePath,
  "--component",
  component,
  "--from",
  "20261126/23",
  "--to",
  "20261127/01",
];

/** As in LogDriver's data model: the data is in one of these at any time. */
function aService() {
  const desk = aDesk();
  for (const folder of ["archive", "data", "incoming", "working/myjob"]) mkdirSync(desk.at(folder), { recursive: true });
  writeFileSync(desk.at("incoming/part"), "lines");
  const move = (from: string, to: string) => renameSync(desk.at(`${from}/part`), desk.at(`${to}/part`));
  return { ...desk, move };
}

type Service = ReturnType<typeof aService>;

/** Where the user finds the data; undefined: nowhere. `meanwhile` happens before he looks at the last place. */
async function look({ at }: Service, meanwhile: () => Promise<unknown>): Promise<string | undefined> {
  for (const folder of ["archive", "data", "incoming"]) if (existsSync(at(`${folder}/part`))) return folder;
  await meanwhile();
  return readdirSync(at("working")).find((job) => existsSync(at(`working/${job}/part`)));
}

function heldOf(acquisition: Acquisition): HeldLocks {
  return acquisition.kind === "held" ? acquisition.locks : expect.fail(JSON.stringify(acquisition));
}

test("without locks the user misses data that is there", async () => {
  const service = aService();
  service.move("incoming", "working/myjob");
  expect(await look(service, async () => service.move("working/myjob", "data"))).toBeUndefined();
  expect(service.has("data/part")).toBe(true);
});

test("with them the job's `lock exec` waits until he has looked", async () => {
  const service = aService();
  const dataset = aDataset();
  const ours = await session();
  const move = (from: string, to: string) => lockExec([...addressOf(dataset), ...sh(`mv ${service.at(from)}/part ${service.at(to)}`)]);
  expect((await move("incoming", "working/myjob").ended).code).toBe(0);
  const locks = heldOf(await acquireReadLocks(ours, dataset));
  const moving: ReturnType<typeof move>[] = [];
  const found = await look(service, async () => {
    moving.push(move("working/myjob", "data"));
    for (const node of locks.nodes) await eventually(() => ours.children(node.slice(0, node.lastIndexOf("/")))).toHaveLength(2);
  });
  expect(found).toBe("myjob");
  await releaseReadLocks(locks);
  expect((await moving[0]?.ended)?.code).toBe(0);
  expect(await look(service, async () => undefined)).toBe("data");
});

describe("a job that moves the data again and again, and a user who looks again and again", () => {
  const places = ["incoming", "working/myjob", "data"] as const;

  interface Guarded extends Record<"job" | "user", <T>(work: () => Promise<T>) => Promise<T>> {
    /** As the user looks in one place after the other. */
    readonly between: () => Promise<unknown>;
  }

  /** The job moves on until the user has looked often enough, or has missed the data; answers how often he looked, and missed. */
  async function race(service: Service, guarded: Guarded, most: number) {
    let [looked, missed, moved] = [0, 0, 0];
    const over = () => missed > 0 || looked >= most;
    const job = async () => {
      for (; !over(); moved++) {
        const [from = "", to = ""] = [places[moved % 3], places[(moved + 1) % 3]];
        await guarded.job(async () => service.move(from, to));
        await breathe();
      }
    };
    const user = async () => {
      for (; !over(); looked++) {
        const found = await guarded.user(() => look(service, guarded.between));
        if (found === undefined) missed++;
        await breathe();
      }
    };
    await Promise.all([job(), user()]);
    return { looked, missed, moved };
  }

  test("miss each other sooner or later without locks", async () => {
    const { missed } = await race(aService(), { job: (work) => work(), user: (work) => work(), between: breathe }, 1_000_000);
    expect(missed).toBe(1);
  });

  test("never do with them", async () => {
    const dataset = aDataset();
    const [jobs, users] = [await session(), await session()];
    const guarded: Guarded = {
      // About as long as the job needs for its locks: without them hardly a look would find the data.
      between: async () => {
        for (let i = 0; i < 8; i++) await users.exists("/");
      },
      job: async <T>(work: () => Promise<T>) => {
        await using _ = heldOf(await acquireWriteLocks(jobs, dataset));
        return await work();
      },
      user: async <T>(work: () => Promise<T>) => {
        await using _ = heldOf(await acquireReadLocks(users, dataset));
        return await work();
      },
    };
    const { looked, missed, moved } = await race(aService(), guarded, 300);
    console.info(`${looked} looks, ${missed} missed, beside ${moved} moves`);
    expect({ looked, missed }).toEqual({ looked: 300, missed: 0 });
    expect(moved).toBeGreaterThan(50);
  });
});

test("read locks of a dataset are all or none, and LogDriver's writer on one hour keeps out all", async () => {
  const dataset = aDataset();
  const ours = await connect({ zookeeper: server().connectString });
  onTestFinished(() => ours.close());
  const named = datasetPaths(dataset);
  const [first = "", second = ""] = named.kind === "paths" ? named.paths : [];
  const writer = await aLock(ours, second, "ZooKeeperRecipe", "write");
  expect(await acquireReadLocks(ours, dataset, { timeoutMs: 0 })).toEqual({ kind: "timeout", ahead: [writer] });
  expect([await ours.children(first), await ours.children(second)]).toEqual([[], [writer.slice(second.length + 1)]]);
  await ours.remove(writer, -1);
  // The paths may be named instead, in any order, and in any dialect that has readers.
  const locks = heldOf(await acquireReadLocks(ours, [second, first], { dialect: "Curator", owner: "user" }));
  expect(locks.nodes.map((node) => node.includes("__READ__"))).toEqual([true, true]);
  await releaseReadLocks(locks);
  expect(await acquireReadLocks(ours, { ...dataset, to: 0 })).toEqual({
    kind: "refused",
    message: expect.stringContaining("to: 1970-01-01"),
  });
  expect(
    await acquireReadLocks(
      ours,
      Array.from({ length: 257 }, (_, i) => `/d/${i}`),
    ),
  ).toMatchObject({ message: expect.stringContaining("at most 256") });
});
