// What is measured, under the names that controller-runtime's dashboards know where there is one, and ours after the resource.
// Labels are bounded: namespaces, windows, results; never a znode path.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Window } from "../crds/parse.ts";
import type { Status } from "../crds/status.ts";
import { timeOf } from "../window/deadlines.ts";
import type { Page } from "./server.ts";

type Counted = Pick<Window, "namespace" | "name" | "status">;

/** The locks of a run whose window is gone, and that cannot be released yet. */
export interface OrphanedLock {
  /** Undefined where nobody can tell whose it is. */
  readonly window: { readonly namespace: string; readonly name: string } | undefined;
  readonly ageSeconds: number;
}

export interface Metrics {
  /** A pass over a window: where it stood and how the effect went. */
  passed(situation: string, outcome: string): void;
  failed(): void;
  /** Of a window as it was before, and the status that was just written. */
  published(before: Counted, status: Status): void;
  gone(namespace: string, name: string): void;
  leading(yes: boolean): void;
  clockStepped(): void;
  /** All of them, as the last round of the sweep found them. */
  orphanedLocks(locks: readonly OrphanedLock[]): void;
  queueDepth(depth: () => number): void;
  page(): Promise<Page>;
}

const OF_WINDOW = ["namespace", "name"] as const;
type Labels = { readonly namespace: string; readonly name: string };

function windowMetrics(registers: Registry[]) {
  const labelNames = OF_WINDOW;
  const gauge = (name: string, help: string) => new Gauge({ name: `exclusivewindow_${name}`, help, labelNames, registers });
  const counter = <L extends string>(name: string, help: string, label: L) =>
    new Counter({ name: `exclusivewindow_${name}`, help, labelNames: [...OF_WINDOW, label], registers });
  return {
    next: gauge("next_run_timestamp_seconds", "When the window next falls due."),
    success: gauge("last_success_timestamp_seconds", "When the last successful run ended."),
    runs: counter("runs_total", "Runs that ended, by result.", "result"),
    skips: counter("skipped_runs_total", "Runs that were skipped, by reason.", "reason"),
    paused: gauge("paused", "1 while failures in a row keep the schedule from starting runs (pauseAfterFailures)."),
    pods: gauge("participant_pods", "Running Pods of the workloads that are annotated with the window."),
    holding: gauge("participant_pods_holding", "How many of them hold a read lock of the window."),
    ready: gauge("participants_ready", "1 while the condition ParticipantsReady is True, 0 while it is not; absent where nothing is said."),
    orphaned: gauge("orphaned_lock_age_seconds", "For how long the locks of a window that is gone have been held."),
    pause: new Histogram({
      name: "exclusivewindow_pause_duration_seconds",
      help: "How long processors were asked to pause.",
      labelNames,
      buckets: [1, 5, 15, 60, 300, 900, 3600, 14_400],
      registers,
    }),
  };
}

function loopMetrics(registers: Registry[], depth: () => number) {
  new Gauge({
    name: "workqueue_depth",
    help: "Windows that wait for a pass.",
    labelNames: ["name"],
    registers,
    collect() {
      this.set({ name: "exclusivewindow" }, depth());
    },
  });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers });
  return {
    passes: counter("controller_runtime_reconcile_total", "Passes, by how their effect went.", ["controller", "result"]),
    errors: counter("controller_runtime_reconcile_errors_total", "Passes that failed.", ["controller"]),
    situations: counter("exclusivewindow_situations_total", "Passes, by where the window stood.", ["situation"]),
    steps: counter("exclusivewindow_clock_steps_total", "Steps of the wall clock that were noticed, suspended machines included.", []),
    leader: new Gauge({ name: "leader_election_master_status", help: "1 while this replica leads.", labelNames: ["name"], registers }),
  };
}

/** `tzdata`: the version of the time zone rules, such as 2026a. */
export function createMetrics(tzdata: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "exclusivewindow_tzdata_info",
    help: "The time zone rules that schedules are read with, by their version; always 1.",
    labelNames: ["version"],
    registers: [registry],
  }).set({ version: tzdata }, 1);
  let depth = () => 0;
  const loop = loopMetrics([registry], () => depth());
  const windows = windowMetrics([registry]);
  return {
    passed(situation, outcome) {
      loop.passes.inc({ controller: "exclusivewindow", result: outcome });
      loop.situations.inc({ situation });
    },
    failed: () => loop.errors.inc({ controller: "exclusivewindow" }),
    published: (window, status) => count(windows, window, status),
    gone(namespace, name) {
      const { next, success, paused, pods, holding, ready } = windows;
      for (const metric of [next, success, paused, pods, holding, ready]) metric.remove({ namespace, name });
    },
    leading: (yes) => loop.leader.set({ name: "exclusive-window-controller" }, yes ? 1 : 0),
    clockStepped: () => loop.steps.inc(),
    orphanedLocks(locks) {
      windows.orphaned.reset();
      for (const { window, ageSeconds } of locks) {
        const labels = { namespace: window?.namespace ?? "", name: window?.name ?? "" };
        windows.orphaned.set(labels, ageSeconds);
      }
    },
    queueDepth(now) {
      depth = now;
    },
    page: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}

type WindowMetrics = ReturnType<typeof windowMetrics>;

function countParticipants({ pods, holding, ready }: WindowMetrics, labels: Labels, { participants = [], conditions }: Status): void {
  pods.set(labels, sumOf(participants.map((participant) => participant.pods)));
  holding.set(labels, sumOf(participants.map((participant) => participant.holding)));
  const said = conditions?.find(({ type }) => type === "ParticipantsReady");
  if (said === undefined) ready.remove(labels);
  else ready.set(labels, said.status === "True" ? 1 : 0);
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);

function count(windows: WindowMetrics, before: Counted, status: Status): void {
  const { next, success, runs, skips, paused, pause } = windows;
  const labels = { namespace: before.namespace, name: before.name };
  setTime(next, labels, status.nextScheduleTime);
  setTime(success, labels, status.lastSuccessfulTime);
  paused.set(labels, status.conditions?.some((c) => c.type === "Paused" && c.status === "True") ? 1 : 0);
  countParticipants(windows, labels, status);
  for (const { reason, count } of status.skipped ?? []) {
    const old = before.status.skipped?.find((skipped) => skipped.reason === reason)?.count ?? 0;
    if (count > old) skips.inc({ ...labels, reason }, count - old);
  }
  const entry = status.history?.[0];
  if (entry === undefined || entry.id === before.status.history?.[0]?.id) return;
  runs.inc({ ...labels, result: entry.result });
  if (entry.pauseSeconds !== undefined) pause.observe(labels, entry.pauseSeconds);
}

function setTime(gauge: Gauge<"namespace" | "name">, labels: { namespace: string; name: string }, text: string | undefined): void {
  const at = timeOf(text);
  if (at === undefined) gauge.remove(labels);
  else gauge.set(labels, at / 1000);
}
