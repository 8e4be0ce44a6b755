// The policy on a real API server: nobody gets a Job through a window that they could not create themselves.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Cluster, findCluster } from "../../dev/cluster/cluster.ts";
import { attempt, type CommandResult } from "../../dev/tools/command.ts";
import { type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";
import { windowManifest } from "../support/window-object.ts";

const patiently = { timeout: 60_000, interval: 500 };
const runNow = "exclusivewindow.dev/run-requested-at";
let cluster: Cluster;
let place: KubeNamespace;

beforeAll(async () => {
  const found = await findCluster();
  if (found === undefined) throw new Error("no cluster is up: run `npm run cluster up` first");
  cluster = found;
  place = await kubeNamespace();
  await admin("apply", "--kustomize", "deploy/admission");
  for (const user of ["window-author", "job-author"]) {
    await admin("create", "rolebinding", `${user}-windows`, `--user=${user}`, "--role=windows");
  }
  await admin("create", "role", "windows", "--verb=get,create,update,patch,delete", "--resource=exclusivewindows.exclusivewindow.dev");
  await admin("create", "role", "jobs", "--verb=create", "--resource=jobs.batch");
  await admin("create", "rolebinding", "job-author-jobs", "--user=job-author", "--role=jobs");
  await vi.waitFor(async () => expect((await create("window-author", "probe", true)).code).not.toBe(0), patiently);
});

afterAll(async () => place?.remove());

function kubectl(args: readonly string[], input?: unknown): Promise<CommandResult> {
  const where = ["--kubeconfig", cluster.kubeconfig, "--context", cluster.context, "--namespace", place.name];
  return attempt(cluster.kubectl, [...where, ...args], input === undefined ? {} : { input: JSON.stringify(input) });
}

async function admin(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await kubectl(args);
  if (code !== 0) throw new Error(stderr);
}

function create(user: string, name: string, dryRun = false): Promise<CommandResult> {
  const nothing = dryRun ? ["--dry-run=server"] : [];
  return kubectl(["create", "--as", user, "--filename", "-", ...nothing], windowManifest(name, place.name, {}));
}

describe("who may write windows", () => {
  test("but no Jobs may not make one, and is told what is missing", async () => {
    const { code, stderr } = await create("window-author", "theirs");
    expect(code).not.toBe(0);
    expect(stderr).toContain(`window-author may not create Jobs in namespace ${place.name}: ask for the verb create on jobs`);
  });

  test("and Jobs may make one, edit it and run it", async () => {
    expect(await create("job-author", "ours")).toMatchObject({ code: 0 });
    const edited = await kubectl(["patch", "ew", "ours", "--as", "job-author", "--type=merge", "--patch", '{"spec":{"suspend":true}}']);
    expect(edited).toMatchObject({ code: 0 });
    expect(await kubectl(["annotate", "ew", "ours", "--as", "job-author", `${runNow}=2026-11-23T02:00:00Z`])).toMatchObject({ code: 0 });
  });

  test.each([
    { what: "edit the spec", args: ["patch", "ew", "shared", "--type=merge", "--patch", '{"spec":{"schedule":"1 2 3 4 *"}}'] },
    { what: "ask for a run", args: ["annotate", "ew", "shared", `${runNow}=2026-11-24T02:00:00Z`] },
    { what: "ask for the next run", args: ["annotate", "ew", "asked", "--overwrite", `${runNow}=2026-11-24T02:00:00Z`] },
  ])("but no Jobs may not $what of a window that is there", async ({ args }) => {
    await create("job-author", "shared");
    await create("job-author", "asked");
    await kubectl(["annotate", "ew", "asked", `${runNow}=2026-11-23T02:00:00Z`]);
    const { code, stderr } = await kubectl([...args, "--as", "window-author"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("may not create Jobs");
  });

  test("but no Jobs may still label one, and delete it", async () => {
    await create("job-author", "labelled");
    expect(await kubectl(["label", "ew", "labelled", "team=orders", "--as", "window-author"])).toMatchObject({ code: 0 });
    expect(await kubectl(["delete", "ew", "labelled", "--as", "window-author"])).toMatchObject({ code: 0 });
  });
});
