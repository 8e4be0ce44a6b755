// What holds between the fields of a window, each rule twice: as CEL, which the API server asks when the window is written,
// and as a function, which the parser asks of what is already stored. The message says what to do instead.
//
// Promised: `holds` never throws, whatever stands below a Job template. Not promised: what needs the cluster, the tables of
// time zones or the cron syntax; the controller checks that when it accepts the window, and says so in its conditions.
import type { V1JobTemplateSpec } from "@kubernetes/client-node";
import type { z } from "zod";

export interface Rule<T> {
  readonly cel: string;
  readonly message: string;
  /** Of the field to blame, below the field that the rule stands on; "" blames that one. */
  readonly field: string;
  readonly holds: (value: T) => boolean;
}

interface LockPaths {
  readonly path: string;
  readonly signalPath?: string | undefined;
  readonly hours?: { readonly from: number; readonly to: number } | undefined;
}

/** Gives a schema its rules: for the parser and, under the key that the API server knows, for the CRD. */
export function withRules<S extends z.ZodType>(schema: S, rules: readonly Rule<z.output<S>>[]): S {
  const refined = schema.superRefine((value, context) => {
    for (const rule of rules) {
      if (!rule.holds(value)) context.addIssue({ code: "custom", message: rule.message, path: rule.field.split(".").slice(1) });
    }
  });
  const validations = rules.map(({ cel, message, field }) => ({ rule: cel, message, ...(field === "" ? {} : { fieldPath: field }) }));
  return refined.meta({ ...schema.meta(), "x-kubernetes-validations": validations });
}

const below = (path: string, parent: string) => path.startsWith(`${parent}/`);
/** "" is no path: there is no signal. */
const apart = (a: string, signalPath: string) => signalPath === "" || (a !== signalPath && !below(a, signalPath) && !below(signalPath, a));
const signalOf = (lock: LockPaths) => lock.signalPath ?? `${lock.path}-signal`;
const pairs = <T>(list: readonly T[]) => list.flatMap((a) => list.map((b) => [a, b] as const));

export const scheduleRules: readonly Rule<string>[] = [
  {
    cel: "!self.contains('TZ=')",
    message: "A schedule names no time zone: put the zone in spec.timeZone and leave TZ= or CRON_TZ= out.",
    field: "",
    holds: (schedule) => !schedule.includes("TZ="),
  },
  {
    cel: "!self.contains('@every')",
    message:
      'A window falls due by the clock, so @every has no meaning here: write for example "*/15 * * * *" for every quarter of an hour.',
    field: "",
    holds: (schedule) => !schedule.includes("@every"),
  },
];

export const pathRules: readonly Rule<string>[] = [
  {
    cel: "!(self + '/').contains('/./') && !(self + '/').contains('/../')",
    message: "ZooKeeper has no relative paths: name every node from the root, without . and .. as a segment.",
    field: "",
    holds: (path) => !`${path}/`.includes("/./") && !`${path}/`.includes("/../"),
  },
  {
    cel: "self.split('/').all(segment, segment.size() <= 64)",
    message: "A segment of a path has at most 64 characters: choose shorter names.",
    field: "",
    holds: (path) => path.split("/").every((segment) => segment.length <= 64),
  },
  {
    cel: "self.matches('^([^{}]|[{](date|hour|yyyy|MM|dd)[}])*$')",
    message: "Braces stand only around date, hour, yyyy, MM or dd, as in /data/{date}/{hour}: correct the word, or leave the braces out.",
    field: "",
    holds: (path) => /^([^{}]|[{](date|hour|yyyy|MM|dd)[}])*$/.test(path),
  },
];

export const lockRules: readonly Rule<LockPaths>[] = [
  {
    cel: "!has(self.signalPath) || self.signalPath == '' || (self.signalPath != self.path && !self.signalPath.startsWith(self.path + '/') && !self.path.startsWith(self.signalPath + '/'))",
    message: "The signal must not be the lock path, nor stand above or below it: name a node beside it, or leave signalPath out.",
    field: ".signalPath",
    holds: (lock) => apart(lock.path, signalOf(lock)),
  },
  {
    cel: "!has(self.hours) || (self.hours.to > self.hours.from && self.hours.to - self.hours.from <= 256)",
    message: "The hours end after they begin, and are 256 at most: let to be greater than from, by 256 or less.",
    field: ".hours",
    holds: ({ hours }) => hours === undefined || (hours.to > hours.from && hours.to - hours.from <= 256),
  },
  {
    cel: "!has(self.hours) || (self.path.contains('{hour}') && (self.path.contains('{date}') || (self.path.contains('{yyyy}') && self.path.contains('{MM}') && self.path.contains('{dd}'))))",
    message: "Two of the hours would have one lock: name {hour} in path, and {date} or {yyyy}, {MM} and {dd}, or leave hours out.",
    field: ".path",
    holds: ({ path, hours }) => hours === undefined || namesTheHour(path),
  },
];

function namesTheHour(path: string): boolean {
  const has = (...words: readonly string[]) => words.every((word) => path.includes(`{${word}}`));
  return has("hour") && (has("date") || has("yyyy", "MM", "dd"));
}

const signal = "(has(b.signalPath) ? b.signalPath : b.path + '-signal')";
/** A lock's own signal is the business of its own rule, which blames the very field. */
const signalsApart = `self.all(a, self.all(b, a.path == b.path || ${signal} == '' || (${signal} != a.path && !${signal}.startsWith(a.path + '/') && !a.path.startsWith(${signal} + '/'))))`;

export const locksRules: readonly Rule<readonly LockPaths[]>[] = [
  {
    cel: "self.all(a, self.all(b, !b.path.startsWith(a.path + '/')))",
    message: "No lock path may stand below another lock path: a node below a lock path blocks its readers for ever.",
    field: "",
    holds: (locks) => pairs(locks).every(([a, b]) => !below(b.path, a.path)),
  },
  {
    cel: signalsApart,
    message: "No signal may be another lock path of this window, nor stand above or below one: name a node beside the lock path.",
    field: "",
    holds: (locks) => pairs(locks).every(([a, b]) => a.path === b.path || apart(a.path, signalOf(b))),
  },
];

const queueName = "kueue.x-k8s.io/queue-name";
/** Looks into a template that may be malformed below the parts that the parser promises. */
const jobSpecOf = (template: V1JobTemplateSpec): Readonly<Record<string, unknown>> => ({ ...template.spec });

export const jobTemplateRules: readonly Rule<V1JobTemplateSpec>[] = [
  {
    cel: "!has(self.spec.suspend)",
    message: "The controller suspends and resumes the Job itself: leave suspend out, and set spec.suspend to pause the window.",
    field: ".spec.suspend",
    holds: (template) => !("suspend" in jobSpecOf(template)),
  },
  {
    cel: "!has(self.spec.managedBy)",
    message: "A window needs the Job controller of Kubernetes itself: leave managedBy out.",
    field: ".spec.managedBy",
    holds: (template) => !("managedBy" in jobSpecOf(template)),
  },
  {
    cel: "!has(self.spec.selector) && !has(self.spec.manualSelector)",
    message:
      "The locks are held until every Pod of the Job is gone, and those are found by the selector that Kubernetes makes: leave selector and manualSelector out.",
    field: ".spec.selector",
    holds: (template) => !("selector" in jobSpecOf(template)) && !("manualSelector" in jobSpecOf(template)),
  },
  {
    cel: "!has(self.spec.podReplacementPolicy) || self.spec.podReplacementPolicy == 'Failed'",
    message:
      "A Pod that is still terminating still works, so it is never replaced before it ended: leave podReplacementPolicy out, or set it to Failed.",
    field: ".spec.podReplacementPolicy",
    holds: (template) => (jobSpecOf(template).podReplacementPolicy ?? "Failed") === "Failed",
  },
  {
    cel: "!has(self.spec.template.spec.nodeName)",
    message:
      "A Pod that is bound to a node cannot be held back until the lock is held: leave nodeName out, and use nodeSelector with kubernetes.io/hostname.",
    field: ".spec.template.spec.nodeName",
    holds: (template) => !("nodeName" in { ...template.spec?.template.spec }),
  },
  {
    cel: `!has(self.metadata) || !has(self.metadata.labels) || !('${queueName}' in self.metadata.labels)`,
    message: `Kueue starts a Job by its own rules, whether or not the lock is held: leave the label ${queueName} out.`,
    field: ".metadata.labels",
    holds: (template) => !Object.hasOwn(Object(template.metadata?.labels), queueName),
  },
];

interface Spans {
  readonly windowDeadlineSeconds: number;
  readonly drainGraceSeconds: number;
  readonly uncleanExitGraceSeconds: number;
}

interface Participation {
  readonly requireParticipants: boolean;
  readonly locks?: readonly LockPaths[] | undefined;
}

export const specRules: readonly Rule<Spans & Participation>[] = [
  {
    cel: "!self.requireParticipants || !has(self.locks) || self.locks.exists(lock, !lock.path.contains('{'))",
    message:
      "Nobody holds the lock of an hour all the time, so the window would never start: set requireParticipants to false, or add a lock whose path has no braces.",
    field: ".requireParticipants",
    holds: ({ requireParticipants, locks }) => !requireParticipants || (locks ?? [{ path: "" }]).some(({ path }) => !path.includes("{")),
  },
  {
    cel: "self.windowDeadlineSeconds > self.drainGraceSeconds && self.windowDeadlineSeconds > self.uncleanExitGraceSeconds",
    message:
      "The window would end before its grace is over, so its Job could never start: raise windowDeadlineSeconds, or lower drainGraceSeconds or uncleanExitGraceSeconds.",
    field: ".windowDeadlineSeconds",
    holds: (spec) => spec.windowDeadlineSeconds > Math.max(spec.drainGraceSeconds, spec.uncleanExitGraceSeconds),
  },
];
