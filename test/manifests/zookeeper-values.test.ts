// What the chart makes of the values for TLS and for the login to ZooKeeper.
import { beforeAll, expect, test } from "vitest";
import { ensureTools } from "../../dev/tools/build.ts";
import { type FileConfig, parseConfig } from "../../src/controller/config.ts";
import { helmTemplate, type Manifest, tryHelmTemplate } from "../support/render.ts";

beforeAll(() => ensureTools(["helm"]), 1_800_000);

interface Pod {
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string; readonly optional: boolean } }[];
  readonly containers: readonly { readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[] }[];
}

async function rendered(...settings: readonly string[]): Promise<{ readonly zookeeper: FileConfig["zookeeper"]; readonly pod: Pod }> {
  const objects = await helmTemplate(...settings);
  const config = only(objects, "ConfigMap")["data"] as Readonly<Record<string, string>>;
  const deployment = only(objects, "Deployment")["spec"] as { readonly template: { readonly spec: Pod } };
  return { zookeeper: parseConfig(config["config.yaml"] ?? "", "config.yaml").zookeeper, pod: deployment.template.spec };
}

function only(objects: readonly Manifest[], kind: string): Manifest {
  const [first, second] = objects.filter((object) => object.kind === kind);
  if (first === undefined || second !== undefined) throw new Error(`there is not exactly one ${kind}`);
  return first;
}

function secretsOf(pod: Pod): unknown {
  const mounts = new Map(pod.containers.flatMap((container) => container.volumeMounts).map(({ name, mountPath }) => [name, mountPath]));
  return pod.volumes.flatMap(({ name, secret }) => (secret === undefined ? [] : [[secret.secretName, mounts.get(name), secret.optional]]));
}

test("without values there is neither, and the Secrets may be missing", async () => {
  const { zookeeper, pod } = await rendered();
  expect(zookeeper).toEqual({ servers: "zookeeper.zookeeper.svc:2181", sessionTimeoutSeconds: 30 });
  expect(secretsOf(pod)).toEqual([
    ["exclusive-window-zookeeper-auth", "/etc/exclusive-window-auth", true],
    ["exclusive-window-zookeeper-tls", "/etc/exclusive-window-tls", true],
  ]);
});

test("with both, the configuration names files of Secrets that must be there", async () => {
  const { zookeeper, pod } = await rendered(
    "zookeeper.tls.enabled=true",
    'zookeeper.tls.secret="zk-tls"',
    'zookeeper.tls.serverName="zk.example"',
    'zookeeper.authSecret="zk-auth"',
    "zookeeper.authRequired=true",
    'zookeeper.processors=["digest:orders:aGFzaA=="]',
  );
  expect(zookeeper).toMatchObject({
    tls: {
      ca: "/etc/exclusive-window-tls/ca.crt",
      cert: "/etc/exclusive-window-tls/tls.crt",
      key: "/etc/exclusive-window-tls/tls.key",
      serverName: "zk.example",
    },
    auth: { digest: { file: "/etc/exclusive-window-auth/digest" }, processors: [{ scheme: "digest", id: "orders:aGFzaA==" }] },
  });
  expect(secretsOf(pod)).toEqual([
    ["zk-auth", "/etc/exclusive-window-auth", false],
    ["zk-tls", "/etc/exclusive-window-tls", false],
  ]);
});

test("without a certificate of this side there is the authority alone", async () => {
  const { zookeeper } = await rendered("zookeeper.tls.enabled=true", "zookeeper.tls.clientCertificate=false");
  expect(zookeeper.tls).toEqual({ ca: "/etc/exclusive-window-tls/ca.crt" });
});

test("a processor that is no identity is refused", async () => {
  const { code, stderr } = await tryHelmTemplate('zookeeper.processors=["anyone"]');
  expect([code, stderr]).toEqual([1, expect.stringContaining("processors")]);
});
