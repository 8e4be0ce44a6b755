import { describe, expect, test } from "vitest";
import { inject, nightlyWindow, webDeployment as web } from "../../test/support/inject.ts";

const ZOOKEEPER = ["--zookeeper", "zk:2181"];
const LOCKED = nightlyWindow.replace("spec: {}", "spec: {locks: [{path: a}]}");
const SILENT = nightlyWindow.replace("spec: {}", 'spec: {locks: [{path: /a/b, signalPath: ""}]}');
const HOURLY = nightlyWindow.replace("spec: {}", 'spec: {locks: [{path: "/a/{hour}"}]}');
const TEMPLATE = "spec: {containers: [{name: app}]}\n  metadata: {annotations: {exclusivewindow.dev/inject: nightly}}";

describe("inject refuses, with the file, the document and the field,", () => {
  const inNamespace = (namespace: string) => web.replace("namespace: orders", `namespace: ${namespace}`);
  test.each([
    ["a window that is in no file", web, [], "web.yaml: Deployment orders/web: spec.template: there is no ExclusiveWindow orders/nightly"],
    [
      "a window of another namespace",
      `${nightlyWindow}---\n${inNamespace("web")}`,
      [],
      "web.yaml: document 2: Deployment web/web: spec.template: there is no ExclusiveWindow web/nightly",
    ],
    [
      "a list of windows",
      `${nightlyWindow}---\n${web.replace("inject: nightly", "inject: nightly,weekly")}`,
      [],
      'inject] "nightly,weekly": it names exactly one window',
    ],
    ["an annotation that is no text", web.replace("inject: nightly", "inject: true"), [], "inject] is true: an annotation is a text"],
    [
      "an annotation on the Deployment itself",
      web
        .replace("  name: web", "  annotations: {exclusivewindow.dev/inject: nightly}\n  name: web")
        .replace(/ {4}metadata:\n.*\n.*\n/, ""),
      [],
      "stands on the Deployment orders/web itself, where it does nothing",
    ],
    ["another window than --window", `${nightlyWindow}---\n${web}`, ["--window", "weekly"], 'inject] "nightly": --window names weekly'],
    [
      "--window in another namespace",
      web,
      ["--window", "web/nightly", "--locks", "/x"],
      "is in namespace orders, and --window web/nightly",
    ],
    ["a template without a namespace", web.replace("  namespace: orders\n", ""), ["--locks", "/x"], "names no namespace; say it with -n"],
    [
      "a gate among the containers",
      web.replace("name: app", "name: exclusive-window-gate"),
      ["--locks", "/x"],
      "spec.containers holds exclusive-window-gate",
    ],
    [
      "a template by an alias",
      `x: &t\n  ${TEMPLATE}\nkind: Job\nmetadata: {namespace: orders}\nspec: {template: *t}\n`,
      ["--locks", "/x"],
      "spec is an alias or comes by a merge",
    ],
    ["text that is no YAML", `${web}---\na: [\n`, [], "web.yaml: document 2: is not YAML: "],
    ["locks of a window that cannot be used", LOCKED, [], "web.yaml: ExclusiveWindow nightly: spec.locks.0.path: "],
    ["locks that cannot be used", web, ["--locks", "a"], '--locks "a": "a" is not absolute'],
    ["a lock without a signal", web, ["--locks", "/a="], "a lock without a signal is not supported"],
    ["a window whose lock has no signal", `${SILENT}---\n${web}`, [], "has the lock /a/b without a signal"],
    ["a window whose lock is another one each hour", `${HOURLY}---\n${web}`, [], "the lock /a/{hour}, which is another one each hour"],
    ["a window that is none", web, ["--window", "a/b/c"], '--window "a/b/c": is not a window'],
    ["a file that is not there", web, ["-f", "gone.yaml"], "-f gone.yaml: cannot be read: ENOENT"],
    ["servers that are none", web, ["--zookeeper", "a:b"], "--zookeeper: "],
  ])("%s", async (_, text, args, message) => {
    const { code, out, err } = await inject(["-f", "web.yaml", ...ZOOKEEPER, ...args], { "web.yaml": text });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });

  test("the locks of one window for the templates of two", async () => {
    const two = `${web}---\n${web.replace("inject: nightly", "inject: weekly")}`;
    const { code, err } = await inject(["-f", "web.yaml", "--locks", "/x", ...ZOOKEEPER], { "web.yaml": two });
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("the templates ask for orders/nightly and orders/weekly") });
  });
});
