import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentProgress } from "../progress.ts";
import { type FakePrograms, fakePrograms } from "../tools/fake-programs.ts";
import { contextProvider } from "./context.ts";

const options = { start: silentProgress };
/** Lists the words of a file as its contexts, and answers /readyz for every context but `dead`. */
const KUBECTL = `
case "$*" in
  *get-contexts*) cat "$2";;
  *"--context dead"*) echo "connection refused" >&2; exit 1;;
  *readyz*) printf ok;;
esac`;

let fake: FakePrograms;
beforeEach(() => {
  fake = fakePrograms();
  fake.put("kubectl", KUBECTL);
  writeFileSync(join(fake.directory, "one"), "work\ndead\n");
  writeFileSync(join(fake.directory, "two"), "kind-mine\nhome\n");
  vi.stubEnv("KUBECONFIG", `${join(fake.directory, "one")}:${join(fake.directory, "two")}:${join(fake.directory, "absent")}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  fake.restore();
});

test("a context that was named is used, from the file that holds it, until it is forgotten", async () => {
  expect(await contextProvider().find()).toBeUndefined();
  await contextProvider("home").up(options);
  expect(await contextProvider().find()).toMatchObject({ provider: "context", context: "home", kubeconfig: join(fake.directory, "two") });
  expect(await contextProvider().down(options)).toBe(true);
  expect(await contextProvider().find()).toBeUndefined();
  expect(await contextProvider().down(options)).toBe(false);
});

test("nothing but questions is ever sent to the cluster", async () => {
  const provider = contextProvider("home");
  await provider.up(options);
  await provider.find();
  await provider.status();
  await provider.down(options);
  expect(fake.calls().length).toBeGreaterThan(0);
  for (const call of fake.calls())
    expect(call).toMatch(/^kubectl --kubeconfig \S+ (config get-contexts|--context home get --raw=\/readyz)/);
});

test("a context that no file holds is refused, and the known ones are named", async () => {
  await expect(contextProvider("wrok").up(options)).rejects.toThrow(/no context wrok .*; there is: work, dead, kind-mine, home/);
});

test("a cluster that does not answer is not chosen", async () => {
  await expect(contextProvider("dead").up(options)).rejects.toThrow(/context dead .* does not answer/);
  expect(await contextProvider().find()).toBeUndefined();
});

test("without a name no cluster is ever chosen", async () => {
  await expect(contextProvider().up(options)).rejects.toThrow("name one with --context");
});

test("an image goes to a kind cluster, and is refused for one that takes none from a file", async () => {
  fake.put("kind", "");
  await (await contextProvider("kind-mine").up(options)).loadImage("/tmp/x.tar");
  expect(fake.calls().at(-1)).toBe("kind load image-archive /tmp/x.tar --name mine");
  await expect((await contextProvider("home").up(options)).loadImage("/tmp/x.tar")).rejects.toThrow(/push it to a registry/);
});
