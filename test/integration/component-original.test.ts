// Our instances beside the original's: its procedure in Java on Netflix Curator 1.3.3, as it is published.
import { beforeAll, expect, test } from "vitest";
import { originalComponent } from "../../dev/curator13/component.ts";
import { type Batches, replayed, someBatches, startForeign, startInstance } from "../support/component-runs.ts";
import { eventually, server, session, withServer } from "../support/server-gate.ts";

withServer();

let java: readonly string[];
beforeAll(async () => {
  java = await originalComponent((line) => console.info(line));
});

const processes = 4;

function startOriginal(batches: Batches, instance: string, component: string) {
  const at = [server().connectString, "30000", component, String(processes), "8", batches.query];
  return startForeign([...java, ...at, batches.work], instance);
}

function startOurs(batches: Batches, instance: string, component: string, ...more: readonly string[]) {
  const args = ["--name", component, "--simultaneous-processes", String(processes), "--queue", "8", "--query", batches.query];
  return startInstance(server().connectString, instance, [...args, ...more, "--", batches.work, "{batch}"]);
}

test("an original passes over the batches that an instance of ours has locked", async () => {
  const batches = someBatches(10);
  batches.stick("ours");
  const ours = startOurs(batches, "ours", "Beside");
  await eventually(() => batches.begun("ours").length).toBe(processes);
  const { code, out } = await startOriginal(batches, "original", "Beside").ended;
  expect(code).toBe(0);
  const theirs = batches.ids.slice(8);
  expect(out.split("\n").filter(Boolean).toSorted()).toEqual(theirs.map((id) => `done ${id}`));
  batches.unstick("ours");
  expect((await ours.ended).code).toBe(0);
  expect(replayed(batches).doneBy.size).toBe(10);
});

test("an instance of ours waits for the component's lock as long as an original works, and then finds nothing left", async () => {
  const batches = someBatches(3);
  batches.stick("original");
  const original = startOriginal(batches, "original", "After");
  await eventually(() => batches.begun("original").length).toBe(3);
  const late = await startOurs(batches, "late", "After", "--sboi-timeout", "1s").ended;
  expect(late).toMatchObject({
    code: 3,
    err: expect.stringMatching(/not had in time: \/SBOI\/After\/_c_\S+-lock-\d{10} stood in the way/),
  });
  const ours = startOurs(batches, "ours", "After");
  const other = await session();
  await eventually(async () => (await other.children("/SBOI/After"))?.length).toBe(2);
  batches.unstick("original");
  expect(await ours.ended).toEqual({ code: 0, out: "", err: "" });
  expect((await original.ended).code).toBe(0);
  expect(new Set(replayed(batches).doneBy.values())).toEqual(new Set(["original"]));
});

test("two of ours and an original do fifty batches once each, though one of ours is killed at work", { timeout: 300_000 }, async () => {
  const batches = someBatches(50);
  batches.stick("victim");
  const victim = startOurs(batches, "victim", "Mixed", "--keep-sboi", "--session-timeout", "4");
  await eventually(() => batches.begun("victim").length).toBe(processes);
  /** As cron: again and again, while there is anything to do. */
  const slot = async (start: (run: number) => ReturnType<typeof startOurs>) => {
    for (let run = 0; batches.done() < batches.ids.length; run++) expect((await start(run).ended).code).toBe(0);
  };
  const slots = [
    slot((run) => startOurs(batches, `ours-${run}`, "Mixed", "--keep-sboi")),
    slot((run) => startOriginal(batches, `original-${run}`, "Mixed")),
  ];
  // All three stand in one line.
  const other = await session();
  await eventually(async () => (await other.children("/SBOI/Mixed"))?.length).toBe(3);
  await batches.kill("victim", victim);
  await Promise.all(slots);
  const { doneBy, most } = replayed(batches);
  expect([doneBy.size, most]).toEqual([batches.ids.length, processes]);
  expect(new Set([...doneBy.values()].map((name) => name.split("-")[0]))).toEqual(new Set(["ours", "original"]));
  for (const { batch } of batches.begun("victim")) expect(doneBy.get(batch)).not.toBe("victim");
  for (const id of batches.ids) expect(await other.children(`/Mixed/${id}`)).toEqual([]);
});
