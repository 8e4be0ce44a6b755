// The definition on a real API server: what it accepts, refuses, fills in, explains and prints. Every rule that the unit tests
// ask of `holds` is asked here of its CEL.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { type Cluster, findCluster } from "../../dev/cluster/cluster.ts";
import { attempt, type CommandResult } from "../../dev/tools/command.ts";
import { acceptedWindows, type Changes, refusedWindows, windowManifest } from "../support/window-object.ts";

const namespace = "default";
const definition = "deploy/crd/exclusivewindows.yaml";
const patiently = { timeout: 60_000, interval: 500 };
let cluster: Cluster;

beforeAll(async () => {
  const found = await findCluster();
  if (found === undefined) throw new Error("no cluster is up: run `npm run cluster up` first");
  cluster = found;
  const applied = await kubectl(["apply", "--filename", definition]);
  if (applied.code !== 0) throw new Error(applied.stderr);
  // Until its status has any condition `kubectl wait` is an error, so the resource itself is asked for.
  await vi.waitFor(async () => {
    const { code, stderr } = await kubectl(["get", "exclusivewindows", "--all-namespaces"]);
    if (code !== 0) throw new Error(stderr);
  }, patiently);
});

function kubectl(args: readonly string[], input?: unknown): Promise<CommandResult> {
  const where = ["--kubeconfig", cluster.kubeconfig, "--context", cluster.context];
  return attempt(cluster.kubectl, [...where, ...args], input === undefined ? {} : { input: JSON.stringify(input) });
}

/** Nothing is stored. The API server answers as it would when it were. */
function create(changes: Changes, more: readonly string[] = []): Promise<CommandResult> {
  const args = ["create", "--dry-run=server", "--validate=strict", "--filename", "-", ...more];
  return kubectl(args, windowManifest("crd-test", namespace, changes));
}

/** What `kubectl explain` prints; the schema is published a moment after the resource. */
function explained(field: string): Promise<string> {
  return vi.waitFor(async () => {
    const { code, stdout, stderr } = await kubectl(["explain", field]);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }, patiently);
}

/** The window within a text: all of a manifest, a fenced block, or what stands between EOF and EOF. */
function exampleIn(text: string): string {
  return /```yaml\n(.*?)```/s.exec(text)?.[1] ?? /<<'EOF'\n(.*?)\nEOF/s.exec(text)?.[1] ?? text;
}

describe("the definition", () => {
  test("can be applied again by plain client-side apply", async () => {
    const { code, stdout, stderr } = await kubectl(["apply", "--filename", definition]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/unchanged|configured/);
  });

  test("has no violation of a structural schema, and every name accepted", async () => {
    const { stdout } = await kubectl(["get", "crd", "exclusivewindows.exclusivewindow.dev", "--output", "json"]);
    const { status } = parse(stdout) as { status: { conditions: { type: string; status: string }[] } };
    const conditions = Object.fromEntries(status.conditions.map(({ type, status }) => [type, status]));
    expect(conditions).toEqual({ NamesAccepted: "True", Established: "True" });
  });
});

describe("a window that is written", () => {
  test.each(acceptedWindows)("is accepted with $name", async ({ changes }) => {
    expect(await create(changes)).toMatchObject({ code: 0, stderr: "" });
  });

  test.each(["deploy/samples/window.yaml", "docs/reference/exclusive-window.md", "charts/exclusive-window/templates/NOTES.txt"])(
    "is accepted as the example in %s",
    async (path) => {
      const example: unknown = parse(exampleIn(readFileSync(path, "utf8")));
      const window = { ...Object(example), metadata: { name: "crd-test", namespace } };
      expect(window.kind).toBe("ExclusiveWindow");
      expect(await kubectl(["create", "--dry-run=server", "--validate=strict", "--filename", "-"], window)).toMatchObject({
        code: 0,
        stderr: "",
      });
    },
  );

  test.each(refusedWindows)("is refused for $name, and told what to do instead", async ({ changes, field, says }) => {
    const { code, stderr } = await create(changes);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(says);
    // Nothing else is wrong with it, or another rule could hide that this one never fails.
    expect(stderr.match(/Invalid value/g)).toHaveLength(1);
  });

  test.each([
    {
      what: "a misspelled field of a container",
      changes: { pod: { containers: [{ name: "a", imgae: "x" }] } },
      says: "spec.jobTemplate.spec.template.spec.containers[0].imgae",
    },
    { what: "a misspelled field of the Job", changes: { job: { backofLimit: 1 } }, says: "spec.jobTemplate.spec.backofLimit" },
    { what: "a misspelled field of the window", changes: { spec: { drainTimeout: 1 } }, says: "spec.drainTimeout" },
    { what: "concurrencyPolicy", changes: { spec: { concurrencyPolicy: "Forbid" } }, says: "spec.concurrencyPolicy" },
    { what: "a name for every Job", changes: { jobMetadata: { name: "x" } }, says: "spec.jobTemplate.metadata.name" },
  ])("is refused for $what by strict validation", async ({ changes, says }) => {
    const { code, stderr } = await create(changes);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`unknown field "${says}"`);
  });

  test.each([
    { what: "no schedule", changes: { spec: { schedule: undefined } }, says: "spec.schedule: Required value" },
    { what: "no Pod spec", changes: { job: { template: {} } }, says: "spec.jobTemplate.spec.template.spec: Required value" },
    { what: "no containers", changes: { pod: { containers: undefined } }, says: "containers: Required value" },
    { what: "an unknown policy", changes: { spec: { drainTimeoutPolicy: "Kill" } }, says: 'supported values: "Abort", "Wait", "Evict"' },
    { what: "a bound", changes: { spec: { drainTimeoutSeconds: 0 } }, says: "spec.drainTimeoutSeconds" },
    { what: "a relative path", changes: { spec: { locks: [{ path: "orders" }] } }, says: "spec.locks[0].path" },
    { what: "17 segments", changes: { spec: { locks: [{ path: "/a".repeat(17) }] } }, says: "spec.locks[0].path" },
    { what: "a path named twice", changes: { spec: { locks: [{ path: "/a" }, { path: "/a" }] } }, says: "Duplicate value" },
  ])("is refused for $what", async ({ changes, says }) => {
    const { code, stderr } = await create(changes);
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
  });

  test("is refused for a name that leaves no room for its Jobs' names", async () => {
    const args = ["create", "--dry-run=server", "--filename", "-"];
    expect((await kubectl(args, windowManifest("x".repeat(43), namespace))).code).toBe(0);
    const { code, stderr } = await kubectl(args, windowManifest("x".repeat(44), namespace));
    expect(code).not.toBe(0);
    expect(stderr).toContain("at most 43 characters");
  });

  test("gets its defaults, and keeps the whole of its Job template", async () => {
    const pod = {
      containers: [{ name: "job", image: "busybox", ports: [{ containerPort: 80 }], resources: { limits: { cpu: 1, memory: "1Gi" } } }],
      initContainers: [{ name: "first", image: "busybox", restartPolicy: "Always" }],
      tolerations: [{ operator: "Exists" }],
      volumes: [{ name: "scratch", emptyDir: {} }],
    };
    const { stdout } = await create({ job: { backoffLimit: 2, completionMode: "Indexed", completions: 3 }, pod }, ["--output", "json"]);
    expect(parse(stdout)).toMatchObject({
      spec: {
        timeZone: "UTC",
        startingDeadlineSeconds: 3600,
        suspend: false,
        drainTimeoutSeconds: 300,
        drainTimeoutPolicy: "Abort",
        drainGraceSeconds: 0,
        jobStartTimeoutSeconds: 300,
        windowDeadlineSeconds: 14_400,
        exclusivityLostPolicy: "Terminate",
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
        jobTemplate: { spec: { backoffLimit: 2, completionMode: "Indexed", completions: 3, template: { spec: pod } } },
      },
      status: { observedGeneration: -1 },
    });
  });
});

describe("kubectl", () => {
  test("explains every field of the spec and of the Job template's first two levels", async () => {
    for (const field of ["spec", "spec.locks", "spec.jobTemplate", "spec.jobTemplate.spec", "status"]) {
      const stdout = await explained(`exclusivewindow.${field}`);
      expect(stdout, field).not.toContain("<no description>");
      expect(stdout).toContain("FIELDS:");
    }
    expect(await explained("ew.spec.locks.signalPath")).toContain("The node that exists while processors are asked to pause");
  });

  test("prints the short state, and more of it with -o wide", async () => {
    const manifest = windowManifest("crd-test-columns", namespace, { spec: { suspend: true, timeZone: "Europe/Copenhagen" } });
    try {
      expect(await kubectl(["create", "--filename", "-"], manifest)).toMatchObject({ code: 0 });
      const short = await kubectl(["get", "ew", "crd-test-columns", "--namespace", namespace]);
      expect(short.stdout.split("\n")[0]?.trim().split(/\s+/)).toEqual(["NAME", "SCHEDULE", "ZONE", "READY", "STATUS", "LAST", "AGE"]);
      expect(short.stdout).toContain("Europe/Copenhagen");
      const wide = await kubectl(["get", "ew", "crd-test-columns", "--namespace", namespace, "--output", "wide"]);
      expect(wide.stdout.split("\n")[0]?.trim().split(/\s+/).slice(7)).toEqual(["SUSPEND", "NEXT", "JOB", "RESULT", "MESSAGE"]);
    } finally {
      await kubectl(["delete", "exclusivewindow", "crd-test-columns", "--namespace", namespace, "--ignore-not-found"]);
    }
  });

  test("lists windows under their category", async () => {
    expect(await kubectl(["get", "exclusive-windows", "--all-namespaces"])).toMatchObject({ code: 0 });
  });
});
