// What a user gets wrong is said in a condition and in an Event, with the field, the value and what to do; nothing is begun for
// it, and the windows beside it work.
import { beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../dev/zookeeper/free-port.ts";
import { apiVersion, kind, runRequestAnnotation } from "../../src/crds/meta.ts";
import { heldOf } from "../../src/protocol/paths.ts";
import { jobTemplate, scripts } from "./support/job-scripts.ts";
import type { Site } from "./support/site.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();
const good = jobTemplate(scripts.works(100));

type Fields = Readonly<Record<string, unknown>>;

interface Mistake {
  readonly name: string;
  readonly spec: (namespace: string) => Fields;
  readonly reason: string;
  /** Of the message: the field, the value, what to do. */
  readonly says: readonly RegExp[];
}

const mistakes: readonly Mistake[] = [
  {
    name: "bad-cron",
    spec: () => ({ schedule: "0 25 * * *" }),
    reason: "InvalidSchedule",
    says: [/spec\.schedule: "0 25 \* \* \*"/, /25/],
  },
  {
    name: "unknown-zone",
    spec: () => ({ timeZone: "Europe/Kopenhagen" }),
    reason: "InvalidTimeZone",
    says: [/spec\.timeZone: "Europe\/Kopenhagen"/, /use a name such as Europe\/Copenhagen/],
  },
  {
    name: "impossible-date",
    spec: () => ({ schedule: "0 0 30 2 *" }),
    reason: "InvalidSchedule",
    says: [/spec\.schedule: "0 0 30 2 \*"/, /never matches: no such date exists/],
  },
  {
    name: "foreign-path",
    spec: () => ({ locks: [{ path: "/payments/processing" }] }),
    reason: "PathNotGranted",
    says: [/spec\.locks/, /may not use \/payments\/processing/, /it may use paths under .*, \/kube-test-/, /an administrator grants more/],
  },
  {
    name: "path-below",
    spec: (namespace) => ({ locks: [{ path: `/${namespace}/orders/good/below` }] }),
    reason: "PathConflict",
    says: [/spec\.locks: \S+\/orders\/good\/below stands below \S+\/orders\/good of window \S+\/good; choose a path beside it/],
  },
  {
    name: "path-above",
    spec: (namespace) => ({ locks: [{ path: `/${namespace}/orders` }] }),
    reason: "PathConflict",
    says: [/spec\.locks: \S+\/orders stands above \S+\/orders\/good of window \S+\/good; choose a path beside it/],
  },
  {
    name: "empty-template",
    spec: () => ({ jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [] } } } } }),
    reason: "InvalidJobTemplate",
    says: [/spec\.jobTemplate: the API server refuses the Job/, /spec\.template\.spec\.containers: Required value/],
  },
  {
    name: "no-account",
    spec: () => ({ jobTemplate: jobTemplate("", {}, { serviceAccountName: "compactor" }) }),
    reason: "ServiceAccountNotFound",
    says: [/serviceAccountName: there is no service account "compactor" in namespace \S+; create it or name another/],
  },
];

beforeAll(async () => {
  const { windows, namespace } = stage();
  await windows.make("good", scripts.works(300), { locks: [{ path: windows.lockPath("orders/good") }] });
  const { createdAtMs = 0 } = await windows.read("good");
  // Kubernetes knows when a window was made to the second; of two that stand in each other's way the older one is right.
  await until("the next window is a later one", () => Date.now() > createdAtMs + 1000);
  for (const { name, spec } of mistakes) {
    await windows.apply(name, { jobTemplate: good, ...spec(namespace) });
    await windows.annotate(name, runRequestAnnotation, new Date().toISOString());
  }
});

describe.concurrent("a window that cannot work", () => {
  test.for(mistakes)("($name) is refused with the reason and what to do", async (mistake) => {
    await expectRefusal(stage(), mistake);
  });

  test("leaves the windows beside it alone, and nothing in ZooKeeper", async () => {
    const { windows, crowd, verdict, session, namespace } = stage();
    const processors = await crowd("orders/good");
    await windows.runNow("good");
    const run = await windows.ended("good");
    expect(run.result).toBe("Succeeded");
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
    for (const { name, reason } of mistakes) await windows.condition(name, "Ready", "False", reason);
    const zookeeper = await session();
    expect(await zookeeper.children("/")).not.toContain("payments");
    expect(await zookeeper.children(`/${namespace}`)).toEqual(["orders"]);
    expect([...((await zookeeper.children(`/${namespace}/orders`)) ?? [])].sort()).toEqual(["good", "good-readers"]);
    expect(await zookeeper.children(heldOf(namespace))).toEqual([]);
  });

  test("works as soon as what it lacked is there, without an edit", async () => {
    const { windows, kubectl } = stage();
    await windows.apply("patient", { jobTemplate: jobTemplate(scripts.works(100), {}, { serviceAccountName: "late" }) });
    await windows.condition("patient", "Ready", "False", "ServiceAccountNotFound");
    await kubectl("create", "serviceaccount", "late");
    await windows.condition("patient", "Ready", "True", "Scheduled");
  });
});

describe.concurrent("a window whose controller", () => {
  test("cannot reach ZooKeeper says which servers were asked", async () => {
    const site = await stage().aside();
    const closed = `127.0.0.1:${await freePort("127.0.0.1")}`;
    await site.controller("astray", { zookeeper: closed });
    await site.windows.apply("waiting", { jobTemplate: good });
    await site.windows.annotate("waiting", runRequestAnnotation, new Date().toISOString());
    await expectRefusal(site, { name: "waiting", reason: "ZooKeeperUnavailable", says: [new RegExp(closed), /ECONNREFUSED/] });
  });

  test("has the wrong credentials says which node it may not make, and where the credentials are", async () => {
    const { aside, session } = stage();
    const site = await aside();
    const guarded = site.windows.lockPath("guarded");
    const owner = await session("owner:secret");
    await owner.createParents(guarded);
    await site.controller("stranger", { digest: "stranger:guess" });
    await site.windows.apply("locked-out", { jobTemplate: good, locks: [{ path: `${guarded}/deep/lock` }] });
    await site.windows.annotate("locked-out", runRequestAnnotation, new Date().toISOString());
    const says = [
      new RegExp(`does not let the controller create ${guarded}/`),
      /check the credentials in the Secret exclusive-window-zookeeper-auth/,
    ];
    await expectRefusal(site, { name: "locked-out", reason: "ZooKeeperAccessDenied", says });
    expect(await owner.children(guarded)).toEqual([]);
  });
});

const refusedAtTheDoor: readonly (readonly [what: string, spec: Fields, message: RegExp])[] = [
  ["an interval", { schedule: "@every 5m" }, /spec\.schedule: .*@every has no meaning here: write for example "\*\/15 \* \* \* \*"/],
  ["a zone in the schedule", { schedule: "TZ=UTC 0 2 * * *" }, /spec\.schedule: .*put the zone in spec\.timeZone/],
  ["a relative path", { locks: [{ path: "/orders/../payments" }] }, /spec\.locks\[0\]\.path: .*name every node from the root/],
  ["a signal below the lock", { locks: [{ path: "/a", signalPath: "/a/b" }] }, /spec\.locks\[0\]\.signalPath: .*name a node beside it/],
  ["an unknown policy", { drainTimeoutPolicy: "Kill" }, /spec\.drainTimeoutPolicy: Unsupported value: "Kill": supported values: "Abort"/],
  ["a misspelled field", { drainTimeout: 5 }, /unknown field "spec\.drainTimeout"/],
  [
    "a suspended Job",
    { jobTemplate: jobTemplate("", { suspend: true }) },
    /spec\.jobTemplate\.spec\.suspend: .*set spec\.suspend to pause the window/,
  ],
  [
    "a Job bound to a node",
    { jobTemplate: jobTemplate("", {}, { nodeName: "a" }) },
    /nodeName: .*use nodeSelector with kubernetes\.io\/hostname/,
  ],
  [
    "a Job without containers' names",
    { jobTemplate: jobTemplate("", {}, { containers: [{ image: "a" }] }) },
    /containers\[0\]\.name: Required value/,
  ],
];

describe.concurrent("the API server itself refuses", () => {
  test("a name that leaves no room for the names of the Jobs", async () => {
    const name = "compaction-of-everything-that-was-ever-ordered-by-anyone";
    const window = { apiVersion, kind, metadata: { name }, spec: { schedule: "0 2 * * *", jobTemplate: good } };
    await expect(stage().apply(window)).rejects.toThrow(/part of the names of the window's Jobs, so it may have at most 43 characters/);
  });

  test.for(refusedAtTheDoor)("%s, with what to do", async ([, spec, message]) => {
    const whole = { schedule: "0 2 * * *", jobTemplate: good, ...spec };
    await expect(stage().apply({ apiVersion, kind, metadata: { name: "at-the-door" }, spec: whole })).rejects.toThrow(message);
  });
});

/** What is said, and that nothing was begun, though a run was asked for. */
async function expectRefusal({ windows, kubectl }: Site, { name, reason, says }: Omit<Mistake, "spec">): Promise<void> {
  const message = await windows.condition(name, "Ready", "False", reason);
  for (const part of says) expect(message).toMatch(part);
  const told = (await windows.events(name, reason)).filter((event) => event.reason === reason);
  expect(told).toEqual([{ type: "Warning", reason, note: message }]);
  const { status } = await windows.read(name);
  expect(status).not.toHaveProperty("run");
  expect(status).not.toHaveProperty("history");
  expect(status.lastHandledRunRequest).toBeUndefined();
  expect(await kubectl("get", "jobs", "--selector", `exclusivewindow.dev/window=${name}`, "--output", "name")).toBe("");
}
