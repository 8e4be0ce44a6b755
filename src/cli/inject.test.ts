import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { inject, nightlyWindow, webDeployment as web } from "../../test/support/inject.ts";
import { gateContainer } from "../crds/gate-container.ts";
import { programVersion } from "./version.ts";

const ZOOKEEPER = ["--zookeeper", "zk:2181"];

const LOCKED = nightlyWindow.replace("spec: {}", "spec: {locks: [{path: /a/b}, {path: /c, signalPath: /s}]}");
const ANNOTATED = "metadata: {annotations: {exclusivewindow.dev/inject: nightly}}";
const CONTAINERS = "containers: [{name: app}]";

const LOCKS = "/exclusive-windows/orders/nightly/lock=/exclusive-windows/orders/nightly/signal";

function gate(locks = LOCKS, window = "orders/nightly") {
  const image = `exclusive-window:${programVersion()}`;
  return gateContainer({ image, imagePullPolicy: "IfNotPresent", zookeeper: "zk:2181", locks, window, secrets: [] });
}

function initContainersOf(text: string, ...path: readonly string[]): unknown {
  const found: unknown = ["spec", "template", ...path].reduce((value, key) => value?.[key], parse(text));
  return (found as { readonly spec: { readonly initContainers?: unknown } }).spec.initContainers;
}

describe("inject", () => {
  test("adds the gate to a template that asks, and keeps the rest as it is written", async () => {
    const { code, out, err } = await inject(["-f", "web.yaml", "--window-file", "window.yaml", ...ZOOKEEPER], {
      "web.yaml": web,
      "window.yaml": nightlyWindow,
    });
    expect({ code, err }).toEqual({ code: 0, err: "Deployment orders/web: gate of orders/nightly added\n" });
    expect(initContainersOf(out)).toEqual([gate()]);
    expect(out.startsWith(`${web}      initContainers:\n      - name: exclusive-window-gate\n`)).toBe(true);
  });

  test("adds nothing twice, and brings up to date what is ours", async () => {
    const files = { "web.yaml": web, "window.yaml": nightlyWindow };
    const args = ["-f", "web.yaml", "--window-file", "window.yaml"];
    const once = await inject([...args, ...ZOOKEEPER], files);
    const edited = once.out
      .replace("cpu: 10m", "cpu: 20m")
      .replace("name: EXCLUSIVE_WINDOW_NAME", "name: EXCLUSIVE_WINDOW_NAME # for the logs")
      .replace("env:", "env:\n        - {name: EXCLUSIVE_WINDOW_ON_OPEN, value: 'http://127.0.0.1/open'} # ours");
    const again = await inject([...args, ...ZOOKEEPER], { ...files, "web.yaml": edited });
    expect(again).toEqual({ code: 0, out: edited, err: "Deployment orders/web: gate of orders/nightly unchanged\n" });
    const moved = await inject([...args, "--zookeeper", "zk2:2181"], { ...files, "web.yaml": edited });
    expect(moved.err).toBe("Deployment orders/web: gate of orders/nightly updated\n");
    expect(moved.out).toBe(edited.replace("zk:2181", "zk2:2181"));
  });

  test("takes the locks of the window, or those that it is given", async () => {
    const both = await inject(["-f", "all.yaml", ...ZOOKEEPER], { "all.yaml": `${LOCKED}---\n${web}` });
    expect(initContainersOf(both.out.slice(LOCKED.length))).toEqual([gate("/a/b=/a/b-signal,/c=/s")]);
    const given = await inject(["-f", "web.yaml", "--locks", "/x,/y=/z", ...ZOOKEEPER], { "web.yaml": web });
    expect(initContainersOf(given.out)).toEqual([gate("/x=/x-signal,/y=/z")]);
  });

  test("finds templates in Pods, Jobs, CronJobs, other kinds and lists, and none in a window", async () => {
    const template = `{${ANNOTATED}, spec: {${CONTAINERS}}}`;
    const text = [
      `kind: Pod\n${ANNOTATED.replace("metadata: {", "metadata: {name: pod, ")}\nspec: {${CONTAINERS}}\n`,
      `kind: Job\nmetadata: {name: job}\nspec: {template: ${template}}\n`,
      `kind: CronJob\nmetadata: {name: cron}\nspec: {jobTemplate: {spec: {template: ${template}}}}\n`,
      `kind: List\nitems: [{kind: Rollout, metadata: {name: rollout}, spec: {template: ${template}}}, 7]\n`,
      `${nightlyWindow.replace("spec: {}", `spec: {jobTemplate: {spec: {template: ${template}}}}`)}`,
      `kind: Service\nmetadata: {name:   web}\n`,
    ];
    const { code, out, err } = await inject(["-f", "a.yaml", ...ZOOKEEPER], { "a.yaml": text.join("---\n") });
    expect(err.trim().split("\n")).toEqual(
      ["Pod pod", "Job job", "CronJob cron", "Rollout rollout"].map((owner) => `${owner}: gate of orders/nightly added`),
    );
    expect(code).toBe(0);
    expect(parseAllDocuments(out).length).toBe(text.length);
    expect(out.match(/exclusive-window-gate/g)?.length).toBe(4);
    expect(out.endsWith(text.slice(4).join("---\n"))).toBe(true);
  });

  test("leaves alone what does not ask, unless --window is for all", async () => {
    const silent = web.replace("exclusivewindow.dev/inject", "example.org/other");
    const files = { "web.yaml": silent, "window.yaml": nightlyWindow };
    const none = await inject(["-f", "web.yaml", "--window-file", "window.yaml", ...ZOOKEEPER], files);
    expect(none).toEqual({
      code: 0,
      out: silent,
      err: expect.stringContaining("no Pod template has the annotation exclusivewindow.dev/inject"),
    });
    const all = await inject(["-f", "web.yaml", "--window", "orders/nightly", "--window-file", "window.yaml", ...ZOOKEEPER], files);
    expect(initContainersOf(all.out)).toEqual([gate()]);
  });

  test("reads JSON and several files, standard input among them", async () => {
    const json = JSON.stringify(parse(web));
    const { out, code } = await inject(["-f", "-", "-f", "web.yaml", "--window-file", "w", ...ZOOKEEPER], {
      "-": json,
      "web.yaml": web,
      w: nightlyWindow,
    });
    expect(code).toBe(0);
    const [first = "", second = ""] = out.split("---\n");
    expect(initContainersOf(JSON.stringify(JSON.parse(first)))).toEqual([gate()]);
    expect(initContainersOf(second)).toEqual([gate()]);
  });

  test("mounts the Secrets that it is given", async () => {
    const args = ["-f", "web.yaml", "--locks", "/x", "--tls-secret", "zk-tls", "--digest-secret", "zk-auth", ...ZOOKEEPER];
    const { out } = await inject(args, { "web.yaml": web });
    const spec = parse(out).spec.template.spec as {
      readonly volumes: readonly { readonly name: string; readonly secret: { readonly secretName: string } }[];
      readonly initContainers: readonly {
        readonly env: readonly { readonly name: string; readonly value?: string }[];
        readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
      }[];
    };
    expect(spec.volumes.map(({ secret }) => secret.secretName)).toEqual(["zk-tls", "zk-auth"]);
    const [{ env, volumeMounts } = { env: [], volumeMounts: [] }] = spec.initContainers;
    expect(volumeMounts.map(({ name }) => name)).toEqual(spec.volumes.map(({ name }) => name));
    const files = env.filter(({ name }) => /_(?:TLS|DIGEST)_/.test(name)).map(({ value = "" }) => value);
    expect(files.map((file) => volumeMounts.findIndex(({ mountPath }) => file.startsWith(`${mountPath}/`)))).toEqual([0, 0, 0, 1]);
  });
});
