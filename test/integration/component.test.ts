// An autonomous component as processes: three instances at once share the batches, and one of them is killed.
import { expect, test } from "vitest";
import { replayed, someBatches, startInstance } from "../support/component-runs.ts";
import { eventually, server, session, withServer } from "../support/server-gate.ts";

withServer();

const processes = 4;
const options = ["--name", "Three", "--simultaneous-processes", String(processes), "--queue", "8"];

test.each(["CuratorMutex", "CuratorSemaphoreMutex"])(
  "three instances do fifty batches once each, in %s, though one of them is killed at work",
  { timeout: 300_000 },
  async (dialect) => {
    const batches = someBatches(50);
    const args = [...options, "--root", `/${dialect}`, "--dialect", dialect, "--query", batches.query];
    const start = (instance: string, ...more: readonly string[]) =>
      startInstance(server().connectString, instance, [...args, ...more, "--", batches.work, "{batch}"]);
    batches.stick("victim");
    const victim = start("victim", "--session-timeout", "4");
    await eventually(() => batches.begun("victim").length).toBe(processes);
    /** As cron: again and again, while there is anything to do. */
    const slot = async (name: string) => {
      for (let run = 0; batches.done() < batches.ids.length; run++) {
        const { code, err } = await start(`${name}-${run}`).ended;
        expect([code, err], name).toEqual([0, ""]);
      }
    };
    // Neither begins anew, nor does the queue run dry, before each of the two has its share.
    for (const first of ["a-0", "b-0"]) batches.stick(first);
    const slots = ["a", "b"].map(slot);
    await eventually(() => Math.min(batches.begun("a-0").length, batches.begun("b-0").length)).toBe(processes);
    for (const first of ["a-0", "b-0"]) batches.unstick(first);
    await batches.kill("victim", victim);
    await Promise.all([...slots, slot("c")]);
    const { doneBy, most } = replayed(batches);
    expect([doneBy.size, most]).toEqual([batches.ids.length, processes]);
    expect([...doneBy.values()]).toEqual(expect.arrayContaining(["a-0", "b-0"]));
    for (const { batch } of batches.begun("victim")) expect(doneBy.get(batch)).toMatch(/^[abc]-/);
    const last = await session();
    for (const id of batches.ids) {
      const below = dialect === "CuratorMutex" ? "" : "/leases";
      expect(await last.children(`/${dialect}/Three/${id}${below}`)).toEqual([]);
    }
  },
);
