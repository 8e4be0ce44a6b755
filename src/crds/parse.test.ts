import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptedWindows, refusedWindows, windowObject } from "../../test/support/window-object.ts";
import { parseWindow, type ValidWindow } from "./parse.ts";

const condition = {
  type: "Ready",
  status: "True",
  reason: "Scheduled",
  message: "the next run is due at 02:00",
  lastTransitionTime: "2026-11-23T15:06:01Z",
};

function valid(object: unknown): ValidWindow {
  const parsed = parseWindow(object);
  if (parsed.kind === "invalid") throw new Error(`refused: ${JSON.stringify(parsed.problems)}`);
  return parsed;
}

function problemsOf(object: unknown): readonly { readonly field: string; readonly value: string; readonly message: string }[] {
  const parsed = parseWindow(object);
  return parsed.kind === "invalid" ? parsed.problems : [];
}

describe("a window from the cluster", () => {
  test("keeps what its metadata says", () => {
    const { window } = valid(windowObject());
    expect(window).toMatchObject({
      namespace: "orders",
      name: "nightly",
      resourceVersion: "223",
      generation: 3,
      createdAtMs: Date.UTC(2026, 10, 23, 15, 6, 1),
      deleting: false,
      finalizers: ["exclusivewindow.dev/locks"],
      annotations: { "exclusivewindow.dev/run-requested-at": "2026-11-23T16:00:00Z" },
      status: { observedGeneration: -1 },
    });
  });

  test("gets the defaults of the schema", () => {
    expect(valid(windowObject()).window.spec).toMatchObject({
      timeZone: "UTC",
      startingDeadlineSeconds: 3600,
      suspend: false,
      drainTimeoutSeconds: 300,
      drainTimeoutPolicy: "Abort",
      drainGraceSeconds: 0,
      jobStartTimeoutSeconds: 300,
      uncleanExitGraceSeconds: 30,
      windowDeadlineSeconds: 14_400,
      exclusivityLostPolicy: "Terminate",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
  });

  test("is being deleted from the moment that it has a deletion timestamp", () => {
    const object = windowObject();
    const metadata = { ...Object(object.metadata), deletionTimestamp: "2026-11-23T15:07:00Z" };
    expect(valid({ ...object, metadata }).window.deleting).toBe(true);
  });

  test("keeps its Job template as it stands", () => {
    const template = { spec: { backoffLimit: 2, template: { spec: { containers: [{ name: "job" }] } } } };
    expect(valid(windowObject({ spec: { jobTemplate: template } })).window.spec.jobTemplate).toEqual(template);
  });

  test.each(acceptedWindows)("is accepted with $name", ({ changes }) => {
    expect(problemsOf(windowObject(changes))).toEqual([]);
  });
});

describe("a spec that cannot be used", () => {
  test.each(refusedWindows)("is refused for $name, with the field and what to do instead", ({ changes, field, says }) => {
    const problems = problemsOf(windowObject(changes));
    expect(problems.map((p) => p.field)).toEqual([field]);
    expect(problems[0]?.message).toContain(says);
  });

  test("is told the field and the value", () => {
    expect(problemsOf(windowObject({ spec: { locks: [{ path: "/a" }, { path: "orders" }] } }))).toMatchObject([
      { field: "spec.locks[1].path", value: '"orders"' },
    ]);
  });

  test("is told every problem at once", () => {
    const problems = problemsOf(windowObject({ spec: { schedule: 5, drainTimeoutSeconds: 0, timeZone: "" } }));
    expect(problems.map((p) => p.field).sort()).toEqual(["spec.drainTimeoutSeconds", "spec.schedule", "spec.timeZone"]);
  });

  test.each([
    ["no template", undefined],
    ["no Pod spec", { spec: { template: {} } }],
    ["containers that are no list", { spec: { template: { spec: { containers: "x" } } } }],
    ["a container that is no object", { spec: { template: { spec: { containers: ["x"] } } } }],
  ])("is refused where its Job template has %s", (_, jobTemplate) => {
    expect(problemsOf(windowObject({ spec: { jobTemplate } })).map((p) => p.field)).toEqual(["spec.jobTemplate"]);
  });

  test("leaves the metadata and the status at hand, so that it can be reported", () => {
    const parsed = parseWindow(windowObject({ spec: { schedule: "" } }, { observedGeneration: 2 }));
    expect(parsed).toMatchObject({
      kind: "invalid",
      name: "nightly",
      namespace: "orders",
      generation: 3,
      status: { observedGeneration: 2 },
    });
  });

  test("shows at most 100 characters of a value", () => {
    const [problem] = problemsOf(windowObject({ spec: { schedule: "x".repeat(5000) } }));
    expect(problem?.value).toHaveLength(100);
  });

  test("is refused without a name, a namespace, a uid or a resource version", () => {
    const problems = problemsOf({ ...windowObject(), metadata: {} });
    expect(problems.map((p) => p.field)).toEqual(["metadata.namespace", "metadata.name", "metadata.uid", "metadata.resourceVersion"]);
  });
});

describe("a malformed status", () => {
  test("loses its bad fields, names them, and keeps the others", () => {
    const { window, dropped } = valid(
      windowObject({}, { observedGeneration: 3, lastSkip: { reason: 5 }, run: "yes", conditions: [condition] }),
    );
    expect(window.status).toEqual({ observedGeneration: 3, conditions: [condition] });
    expect(new Set(dropped.map((p) => p.field.split(".")[1]))).toEqual(new Set(["lastSkip", "run"]));
  });

  test("loses the bad elements of a list only", () => {
    const { window, dropped } = valid(windowObject({}, { conditions: [{ type: 1 }, condition, null] }));
    expect(window.status.conditions).toEqual([condition]);
    expect(dropped.map((p) => p.field)).toContain("status.conditions[0].type");
  });

  test.each([[null], ["x"], [[]], [7]])("that is %j counts as empty", (status) => {
    expect(valid(windowObject({}, status)).window.status).toStrictEqual({});
  });

  test("that is missing counts as empty", () => {
    const { status: _, ...object } = windowObject();
    expect(valid(object).window.status).toStrictEqual({});
  });
});

describe("whatever JSON comes", () => {
  const json = fc.jsonValue({ maxDepth: 4 });

  test("the parser answers, and an answer that is a window has what a window needs", () => {
    fc.assert(
      fc.property(json, json, json, (metadata, spec, status) => {
        const parsed = parseWindow({ metadata, spec, status });
        if (parsed.kind === "window") expect(parsed.window.uid).not.toBe("");
        else expect(parsed.problems.length).toBeGreaterThan(0);
      }),
    );
    fc.assert(
      fc.property(json, (value) => {
        expect(parseWindow(value).kind).toBe("invalid");
      }),
    );
  });

  test("one bad value in any field of the spec never throws, and what is accepted is accepted again", () => {
    const fields = ["schedule", "timeZone", "locks", "suspend", "jobTemplate", "windowDeadlineSeconds", "drainTimeoutPolicy"];
    fc.assert(
      fc.property(fc.constantFrom(...fields), json, (field, value) => {
        const parsed = parseWindow(windowObject({ spec: { [field]: value } }));
        if (parsed.kind === "invalid") expect(parsed.problems[0]?.field).toMatch(/^spec/);
        else expect(valid({ ...windowObject(), spec: parsed.window.spec }).window.spec).toEqual(parsed.window.spec);
      }),
    );
  });

  test("one bad value below the Job template never throws", () => {
    fc.assert(
      fc.property(fc.constantFrom("metadata", "spec"), json, json, (field, outer, inner) => {
        const spec = { template: { spec: { containers: [] } }, podReplacementPolicy: inner };
        const template = field === "metadata" ? { metadata: outer, spec } : { metadata: { labels: inner }, spec: outer };
        expect(["window", "invalid"]).toContain(parseWindow(windowObject({ spec: { jobTemplate: template } })).kind);
      }),
    );
  });

  test("a bad value anywhere in the status never makes the window invalid", () => {
    const fields = ["conditions", "run", "history", "participants", "lastSkip", "observedGeneration", "nextScheduleTime", "__proto__"];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.oneof(json, fc.array(json)), (field, value) => {
        const status: unknown = JSON.parse(`{"observedGeneration": 3, ${JSON.stringify(field)}: ${JSON.stringify(value)}}`);
        const { window, dropped } = valid(windowObject({}, status));
        if (field !== "observedGeneration") expect(window.status.observedGeneration).toBe(3);
        for (const problem of dropped) expect(problem.field).toMatch(/^status/);
      }),
    );
  });
});
