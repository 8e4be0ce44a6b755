import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentProgress } from "../progress.ts";
import { type FakePrograms, fakePrograms } from "../tools/fake-programs.ts";
import { kindObstacle, kindProvider } from "./kind.ts";

const options = { start: silentProgress };
/** A Docker whose daemon answers; `image` and `pull` are the exit codes of its inspect and pull. */
const docker = (image: number, pull: number): string => `
case "$1 $2" in
  "info "*) echo 28.0.0;;
  "image inspect") exit ${image};;
  "pull "*) [ ${pull} = 0 ] || echo "dial tcp: no route to host" >&2; exit ${pull};;
  "network inspect") echo "fc00::1 172.18.0.1 ";;
esac`;
const KIND = `
while [ $# -gt 0 ]; do [ "$1" = --kubeconfig ] && file=$2; [ "$1" = create ] && create=yes; shift; done
if [ -n "$create" ]; then echo "apiVersion: v1" > "$file"; fi`;

let fake: FakePrograms;
beforeEach(() => {
  fake = fakePrograms();
  fake.put("kind", KIND);
  fake.put("kubectl", "printf ok");
});
afterEach(() => fake.restore());

describe("whether kind can be used", () => {
  test("not without a docker program", async () => {
    expect(await kindObstacle(options)).toBe("there is no docker program");
  });

  test("not where no daemon answers", async () => {
    fake.put("docker", 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect(await kindObstacle(options)).toBe("no Docker daemon answers");
  });

  test("with the node image at hand nothing is pulled", async () => {
    fake.put("docker", docker(0, 1));
    expect(await kindObstacle(options)).toBeUndefined();
    expect(fake.calls().filter((call) => call.startsWith("docker pull"))).toEqual([]);
  });

  test("the node image is pulled where it is missing", async () => {
    fake.put("docker", docker(1, 0));
    expect(await kindObstacle(options)).toBeUndefined();
    expect(fake.calls().at(-1)).toMatch(/^docker pull --quiet kindest\/node:v[\d.]+@sha256:[0-9a-f]{64}$/);
  });

  test("not where it cannot be pulled, and the reason is told", async () => {
    fake.put("docker", docker(1, 1));
    expect(await kindObstacle(options)).toMatch(/cannot be pulled \(dial tcp: no route to host\)/);
  });
});

describe("a kind cluster", () => {
  beforeEach(() => fake.put("docker", docker(0, 0)));

  test("is found after it was started, and not after it was removed", async () => {
    expect(await kindProvider.find()).toBeUndefined();
    const up = await kindProvider.up(options);
    expect(up).toMatchObject({ provider: "kind", context: "kind-exclusive-window" });
    const found = await kindProvider.find();
    expect(found).toMatchObject({ kubeconfig: up.kubeconfig, context: up.context });
    expect(await kindProvider.down(options)).toBe(true);
    expect(fake.calls().at(-1)).toMatch(/^kind delete cluster --name exclusive-window /);
    expect(await kindProvider.find()).toBeUndefined();
    expect(await kindProvider.down(options)).toBe(false);
  });

  test.runIf(process.platform === "linux")("is reached from Pods at the IPv4 gateway of its network", async () => {
    expect((await kindProvider.up(options)).hostAddress).toBe("172.18.0.1");
  });

  test("takes an image as a file", async () => {
    await (await kindProvider.up(options)).loadImage("/tmp/x.tar");
    expect(fake.calls().at(-1)).toBe("kind load image-archive /tmp/x.tar --name exclusive-window");
  });

  test("falls silent and speaks again by its kubelet", async () => {
    const speak = await (await kindProvider.up(options)).silenceNode();
    const kill = "docker exec exclusive-window-control-plane systemctl kill";
    expect(fake.calls().at(-1)).toBe(`${kill} --signal=SIGSTOP kubelet`);
    await speak();
    expect(fake.calls().at(-1)).toBe(`${kill} --signal=SIGCONT kubelet`);
  });

  test("that did not start is removed by down", async () => {
    fake.put("kind", '[ "$1" = create ] && { echo "node failed" >&2; exit 1; }; exit 0');
    await expect(kindProvider.up(options)).rejects.toThrow("node failed");
    expect(await kindProvider.find()).toBeUndefined();
    expect(await kindProvider.down(options)).toBe(true);
  });

  test("is not started without Docker, and the message says what else to do", async () => {
    fake.put("docker", "exit 1");
    await expect(kindProvider.up(options)).rejects.toThrow(/no Docker daemon answers\. Leave --provider out/);
    expect(fake.calls().filter((call) => call.startsWith("kind"))).toEqual([]);
  });
});
