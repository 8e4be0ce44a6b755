// What the chart and the kustomization make of the policies that inject gates.
import { beforeAll, describe, expect, test } from "vitest";
import { ensureTools } from "../../dev/tools/build.ts";
import { helmTemplate, kustomize, type Manifest, tryHelmTemplate } from "../support/render.ts";

beforeAll(() => ensureTools(["helm", "kubectl"]), 1_800_000);

const isOurs = ({ metadata }: Manifest) => metadata.name === "exclusive-window-injection";

async function variables(...settings: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const objects = await helmTemplate("injection.enabled=true", ...settings);
  const [policy] = objects.filter((object) => isOurs(object) && object.kind === "MutatingAdmissionPolicy");
  if (policy === undefined) throw new Error("the chart has no such policy");
  const { variables: found } = policy["spec"] as {
    readonly variables: readonly { readonly name: string; readonly expression: string }[];
  };
  return Object.fromEntries(found.map(({ name, expression }) => [name, expression]));
}

describe("the policies that inject gates", () => {
  test("are in the chart what they are in deploy/admission/injection", async () => {
    const byKind = (objects: readonly Manifest[]) => new Map(objects.map((object) => [object.kind, object]));
    const fromKustomize = byKind(await kustomize("deploy/admission/injection"));
    expect([...fromKustomize.keys()].sort()).toEqual([
      "MutatingAdmissionPolicy",
      "MutatingAdmissionPolicyBinding",
      "ValidatingAdmissionPolicy",
      "ValidatingAdmissionPolicyBinding",
    ]);
    expect(byKind((await helmTemplate("injection.enabled=true")).filter(isOurs))).toEqual(fromKustomize);
  });

  test("are left out unless they are asked for: a cluster before 1.36 knows no such kind", async () => {
    expect((await helmTemplate()).filter(isOurs)).toEqual([]);
    expect((await kustomize("deploy/default")).filter(isOurs)).toEqual([]);
  });

  test("take the chart's image and ZooKeeper", async () => {
    const digest = `sha256:${"0".repeat(64)}`;
    expect(
      await variables('image={"repository":"r.example/ew","tag":"9","pullPolicy":"Always"}', 'zookeeper.servers="zk:2181/apps"'),
    ).toMatchObject({
      image: '"r.example/ew:9"',
      imagePullPolicy: '"Always"',
      zookeeper: '"zk:2181/apps"',
      tlsSecret: '""',
      digestSecret: '""',
    });
    expect(await variables(`image.digest="${digest}"`)).toMatchObject({ image: `"exclusive-window@${digest}"` });
  });

  test("take values of their own", async () => {
    const settings = { enabled: true, zookeeperServers: "zk.example:2281", tlsSecret: "zk-tls", digestSecret: "zk-auth" };
    expect(await variables(`injection=${JSON.stringify(settings)}`)).toMatchObject({
      zookeeper: '"zk.example:2281"',
      tlsSecret: '"zk-tls"',
      digestSecret: '"zk-auth"',
    });
  });

  test("are not misspelled in silence", async () => {
    const { code, stderr } = await tryHelmTemplate("injection.enable=true");
    expect([code, stderr]).toEqual([1, expect.stringContaining("enable")]);
  });
});
