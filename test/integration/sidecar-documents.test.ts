// What docs/how-to/sidecar.md shows, tried: the manifest against the API server, the recipes against a sidecar.
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { gateContainer } from "../../src/crds/gate-container.ts";
import { path as apiPath } from "../../src/kube/json.ts";
import { readRequest } from "../../src/sidecar/requests.ts";
import { blocksOf, readDocument } from "../support/documents.ts";
import { kubeNamespace } from "../support/kube-namespace.ts";
import { queued, released } from "../support/lock-world.ts";
import { aPlace, server, session, withServer } from "../support/server-gate.ts";
import { aSidecar } from "../support/sidecar-world.ts";

withServer();

const file = "docs/how-to/sidecar.md";
const inLanguage = (language: string) => blocksOf(file, readDocument(file)).filter((block) => block.language === language);
const only = (language: string, words: string): string => {
  const [block, ...others] = inLanguage(language).filter(({ text }) => text.includes(words));
  if (block === undefined || others.length > 0) throw new Error(`${others.length + 1} blocks in ${language} hold ${words}`);
  return block.text;
};

describe("the manifest", () => {
  const manifest = parse(only("yaml", "kind: Deployment"));

  test("is taken by the API server, and its Pods by a namespace that is restricted", async () => {
    const namespace = await kubeNamespace({ "pod-security.kubernetes.io/enforce": "restricted" });
    onTestFinished(() => namespace.remove());
    const { metadata, spec } = manifest.spec.template;
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name: "pod" }, spec };
    const tried = [
      { where: apiPath("apis", "apps", "v1", "namespaces", namespace.name, "deployments"), object: manifest },
      { where: apiPath("api", "v1", "namespaces", namespace.name, "pods"), object: pod },
    ];
    for (const { where, object } of tried) {
      const body = { ...object, metadata: { ...object.metadata, namespace: namespace.name } };
      const query = { dryRun: "All", fieldManager: "test", fieldValidation: "Strict" };
      const request = {
        method: "PATCH",
        path: where + apiPath(body.metadata.name),
        query,
        contentType: "application/apply-patch+yaml",
        body,
      } as const;
      await namespace.kube.rest.call(`try ${object.kind}`, request);
    }
  });

  test("holds the container that an annotation adds, and the file besides", () => {
    const [gate] = manifest.spec.template.spec.initContainers;
    const { env, volumeMounts: _, ...container } = gate;
    const { env: added = [], ...expected } = gateContainer({
      image: gate.image,
      imagePullPolicy: gate.imagePullPolicy,
      zookeeper: env[0].value,
      locks: env[1].value,
      window: env[2].value,
      secrets: [],
    });
    expect(container).toEqual(expected);
    expect(env).toEqual([...added, { name: "EXCLUSIVE_WINDOW_GATE_FILE", value: "/run/gate/open" }]);
  });
});

/** Runs a program while a window is on, sees that it waits, and answers what it printed once the window was over. */
async function whileAWindow(run: (url: string, file: string, directory: string) => Promise<string>): Promise<string> {
  const { path, run: window } = aPlace();
  const directory = mkdtempSync(join(tmpdir(), "sidecar-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const controller = await session();
  await queued(controller, window);
  const open = join(directory, "open");
  const sidecar = await aSidecar({ ZOOKEEPER: server().connectString, LOCKS: path, GATE_FILE: open });
  await sidecar.is("paused");
  writeFileSync(join(directory, "handle-order"), '#!/bin/sh\necho "handled $1"\n');
  chmodSync(join(directory, "handle-order"), 0o755);
  let over = false;
  const printed = run(sidecar.url, open, directory).then((text) => {
    if (!over) throw new Error(`it did not wait for the window's end, and printed ${text}`);
    return text;
  });
  // Whoever does not wait has ended by then, or ends right after it: then the test passes for once, and fails the next time.
  await Promise.race([printed, sidecar.ask("GET", "/v1/gate?wait=1s", 1000)]);
  over = true;
  await released(controller, window);
  const text = await printed;
  expect((await sidecar.ask("GET", "/v1/leases")).body).toEqual({ leases: [] });
  return text;
}

const execute = promisify(execFile);

/** A program's standard output. */
async function output(program: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await execute(program, args, { cwd, env: { ...process.env, ...env }, timeout: 110_000 });
  return stdout;
}

describe("the recipe", () => {
  const orders = 'printf "a\\nb\\n" | { ';

  test("with curl handles each order under a lease", async () => {
    const script = `${orders}${only("bash", "curl")}\n}`;
    const printed = await whileAWindow((url, _, cwd) => output("bash", ["-c", script], cwd, { EXCLUSIVE_WINDOW_GATE_URL: url }));
    expect(printed).toBe("handled a\nhandled b\n");
  });

  test("with a file handles each order while it exists", async () => {
    const script = `${orders}${only("bash", "GATE_FILE")}\n}`;
    expect(await whileAWindow((_, open, cwd) => output("bash", ["-c", script], cwd, { GATE_FILE: open }))).toBe("handled a\nhandled b\n");
  });

  test("in Python handles a batch under a lease", async () => {
    const script = `${only("python", "urllib")}\n\nhandle(["a", "b"])\n`;
    expect(await whileAWindow((url, _, cwd) => output("python3", ["-c", script], cwd, { EXCLUSIVE_WINDOW_GATE_URL: url }))).toBe("a\nb\n");
  });

  test("in Go works under a lease", async () => {
    const built = mkdtempSync(join(tmpdir(), "sidecar-go-"));
    onTestFinished(() => rmSync(built, { recursive: true, force: true }));
    writeFileSync(join(built, "main.go"), only("go", "underLease"));
    await output("go", ["build", "-o", "main", "main.go"], built, {});
    const printed = await whileAWindow((url, _, cwd) => output(join(built, "main"), [], cwd, { EXCLUSIVE_WINDOW_GATE_URL: url }));
    expect(printed).toBe("worked\n");
  });
});

test("every request that the reference lists can be asked", () => {
  const reference = readFileSync(new URL("../../docs/reference/sidecar.md", import.meta.url), "utf8");
  const listed = [...reference.matchAll(/`(GET|PUT|POST|DELETE) (\/v1\/[^`]*)`/g)];
  expect(listed.length).toBeGreaterThan(8);
  for (const [, method = "", target = ""] of listed) {
    const asked = readRequest({ method, target: target.replace("ID", "work"), host: "localhost", origin: undefined, viaSocket: false });
    expect(asked.kind, `${method} ${target}`).not.toBe("refused");
  }
});
