// One instance of a component on a ZooKeeper in memory: what it started, what it told, and the locks that stand.
import {
  type BatchResult,
  type ComponentReport,
  type ComponentRequest,
  runComponent,
  type WorkResult,
  type WorkTerms,
} from "../../src/locks/component/component.ts";
import { someTakers } from "./memory-takers.ts";

interface Work {
  readonly terms: WorkTerms;
  end(result?: WorkResult): void;
}

export const dialect = "CuratorMutex";

/** `listed` may be changed between the two queries; what is started waits for the test to end it. */
export function anInstance(wanted: Partial<ComponentRequest> & { readonly k?: number; readonly queue?: number } = {}) {
  const world = someTakers();
  const { clock, settle, zookeeper, other } = world;
  const { session } = world.take({ paths: ["/elsewhere"], dialect });
  const running = new Map<string, Work>();
  const told: BatchResult[] = [];
  const asked = new AbortController();
  const seen = { listed: ["a", "b", "c"] as readonly string[], queries: 0, started: [] as string[] };
  const { k = 2, queue = 3, ...more } = wanted;
  let uuids = 0;
  const request: ComponentRequest = {
    component: "C",
    root: "",
    dialect,
    clock,
    owner: "me",
    uuid: () => `2ab0458d-ab17-43e2-b6d5-${String(++uuids).padStart(12, "0")}`,
    limits: { simultaneousProcesses: k, queue, keepChooser: false },
    timeouts: { chooserMs: 1000, batchMs: 0, workMs: undefined },
    query: async () => {
      seen.queries++;
      return seen.listed;
    },
    work: (batch, terms) => {
      seen.started.push(batch);
      return new Promise((resolve) => {
        const end = (result: WorkResult = { kind: "done" }) => {
          running.delete(batch);
          resolve(result);
        };
        running.set(batch, { terms, end });
      });
    },
    report: (result) => void told.push(result),
    signal: asked.signal,
    ...more,
  };
  const outcome: { report?: ComponentReport } = {};
  const run = async () => {
    await settle();
    void runComponent(session, request).then((report) => {
      outcome.report = report;
    });
    for (let i = 0; i < 20; i++) await settle();
  };
  const end = async (batch: string, result?: WorkResult) => {
    running.get(batch)?.end(result);
    for (let i = 0; i < 5; i++) await settle();
  };
  const locks = () =>
    world
      .ephemerals()
      .map((at) => at.slice(0, at.lastIndexOf("/")))
      .filter((at) => at !== "/elsewhere");
  return { ...world, session, zookeeper, other, running, told, asked, seen, outcome, run, end, locks };
}

/** "a done", of each result in its order. */
export const kinds = ({ outcome }: { readonly outcome: { report?: ComponentReport } }) =>
  outcome.report?.results.map(({ batch, kind }) => `${batch} ${kind}`);
