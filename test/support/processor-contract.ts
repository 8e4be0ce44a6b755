// What every event processor promises, in whatever language: tried on real servers, beside real runs and unmodified Curator.
// `withServer()` has to be called in the file that uses it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Curator, startCurator } from "../../dev/curator/curator.ts";
import type { RunIdentity } from "../../src/protocol/node-data.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import type { ForeignProcessor, Handled } from "./foreign-processor.ts";
import { lockOf, promoted, queued, released } from "./lock-world.ts";
import { aPlace, eventually, onPath, server, session } from "./server-gate.ts";
import { aProxy } from "./sessions.ts";

export interface ProcessorSettings {
  readonly zookeeper: string;
  readonly lockPath: string;
  readonly sessionTimeoutSeconds: number;
}

export interface ProcessorKind {
  readonly name: string;
  /** What stands in its read node. */
  readonly owner: string | undefined;
  start(settings: ProcessorSettings): Promise<ForeignProcessor>;
}

const long = 60_000;
/** Some time for a processor that would do wrong: so many looks at the servers. */
const looks = 300;
/** Of a storm: runs, and writers of Curator's, at least. */
const rounds = 20;

export function describeProcessor(kind: ProcessorKind): void {
  let curator: Curator;
  const running: ForeignProcessor[] = [];
  beforeAll(async () => {
    curator = await startCurator({ connectString: server().connectString, progress: (line) => console.info(line) });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.kill()));
  });
  afterAll(() => curator?.kill());

  const aProcessor = async (lockPath: string, more: Partial<ProcessorSettings> = {}) => {
    const processor = await kind.start({ zookeeper: server().connectString, lockPath, sessionTimeoutSeconds: 30, ...more });
    running.push(processor);
    return processor;
  };

  describe(kind.name, () => {
    test("holds one read lock while it works, which Curator takes for one of its own; it releases when it is asked to end", async () => {
      const { path } = aPlace();
      const other = await session();
      const processor = await aProcessor(path);
      await works(processor);
      expect(await onPath(other, path)).toEqual([expect.stringMatching(new RegExp(`^read ${kind.owner ?? ".*"}$`))]);
      expect(await curator.participants("read", path)).toHaveLength(1);
      const writer = curator.acquire("write", path);
      await eventually(() => onPath(other, path)).toHaveLength(2);
      await works(processor);
      expect(await writer.isHeld()).toBe(false);
      await processor.stop();
      await writer.held;
      await writer.release();
    });

    test("handles nothing while a run is exclusive, and goes on when it is over", async () => {
      const { path, run } = aPlace();
      const controller = await session();
      const processor = await aProcessor(path);
      await works(processor);
      const exclusive = await exclusively(controller, run, () => passes(controller));
      await works(processor, exclusive.to);
      expect(startedIn(await processor.events(), exclusive)).toEqual([]);
      await processor.stop();
      expect(await onPath(controller, path)).toEqual([]);
    });

    test("waits for a Curator writer who raises no signal", async () => {
      const { path } = aPlace();
      const other = await session();
      const writer = curator.acquire("write", path);
      await writer.held;
      const [name] = (await other.children(path)) ?? [];
      const processor = await aProcessor(path);
      // Whether in line or not: it has looked, and waits for that writer.
      await eventually(() => server().fourLetterWord("wchp")).toContain(`${path}/${name}`);
      const left = await writer.release();
      await works(processor);
      expect((await processor.events()).filter(({ start }) => start < left)).toEqual([]);
      await processor.stop();
    });

    test("starts no event when it wakes from a stop that was longer than its session, though nobody told it that this is over", async () => {
      const { path, run } = aPlace();
      const controller = await session();
      const line = await aProxy(server());
      const processor = await aProcessor(path, { zookeeper: line.connectString, sessionTimeoutSeconds: 4 });
      await works(processor);
      processor.signal("SIGSTOP");
      line.hold();
      await eventually(() => onPath(controller, path)).toEqual([]);
      const exclusive = await exclusively(controller, run, () => {
        processor.signal("SIGCONT");
        return passes(controller);
      });
      line.open();
      await works(processor, exclusive.to);
      expect(startedIn(await processor.events(), exclusive)).toEqual([]);
      await processor.stop();
    });

    test("overlaps no writer in a storm of Curator's writers and runs", async () => {
      const { path, run } = aPlace();
      const controller = await session();
      const processor = await aProcessor(path);
      await curator.storm("write", path, { threads: 1, restMs: 40 });
      const runs: Span[] = [];
      const oneMore = async () => {
        runs.push(await exclusively(controller, { ...run, runId: `${run.runId}-${runs.length}` }, async () => undefined));
      };
      while (runs.length < rounds || (await curator.stormCount()) < rounds) {
        await works(processor);
        await oneMore();
      }
      // A writer that stands behind the open processor raises no signal: it gets its turn with a run's.
      let calm: readonly Span[] | undefined;
      const calming = curator.calm().then((spans) => {
        calm = spans.map(({ from, to }) => ({ from, to }));
      });
      while (calm === undefined) await oneMore();
      await calming;
      const theirs = calm;
      await works(processor, runs.at(-1)?.to);
      const events = await processor.events();
      const overlaps = [...runs, ...theirs].flatMap((span) => events.filter(({ start, end }) => start <= span.to && end >= span.from));
      console.info(
        `${kind.name}: ${events.length} events, ${runs.length} runs, ${theirs.length} writers of Curator, ${overlaps.length} overlaps`,
      );
      expect(overlaps).toEqual([]);
      await processor.stop();
    });
  });
}

interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

/** Takes the run's locks, lets something happen, and releases; answers from when to when they were held. */
async function exclusively(controller: Session, run: RunIdentity, meanwhile: () => Promise<unknown>): Promise<Span> {
  await eventually(() => queuedOnce(controller, run)).toBe(true);
  await eventually(async () => lockOf(await lookAtRun(controller, run), run.locks[0]?.path).aheadCount).toBe(0);
  await promoted(controller, run);
  const from = process.hrtime.bigint();
  await meanwhile();
  const to = process.hrtime.bigint();
  await released(controller, run);
  return { from, to };
}

async function queuedOnce(controller: Session, run: RunIdentity): Promise<boolean> {
  await queued(controller, run);
  return true;
}

/** Waits until the processor has handled some more events, all of them after that moment. */
async function works(processor: ForeignProcessor, after = process.hrtime.bigint()): Promise<void> {
  const since = async () => {
    const events = await processor.events().catch(() => []);
    return events.filter(({ start }) => start > after).length;
  };
  await expect.poll(since, { timeout: long, interval: 20 }).toBeGreaterThan(5);
}

async function passes(controller: Session): Promise<void> {
  for (let i = 0; i < looks; i++) await controller.exists("/");
}

function startedIn(events: readonly Handled[], { from, to }: Span): readonly Handled[] {
  return events.filter(({ start }) => start >= from && start <= to);
}
