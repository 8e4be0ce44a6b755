// `locks watch` on a real server, and what happens to it when the connection goes.
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { aLock, locks } from "../support/locks-admin.ts";
import { eventually, server, session, withServer } from "../support/server-gate.ts";
import { aProxy } from "../support/sessions.ts";

withServer();

/** The command in the background: what it has printed so far, and its end. */
function watching(path: string, args: readonly string[] = [], screen = false) {
  const printed = { out: "", err: "" };
  const interrupted = new AbortController();
  onTestFinished(() => interrupted.abort());
  const ended = locks(["watch", path, ...args], {
    machine: {
      out: (text) => {
        printed.out += text;
      },
      err: (text) => {
        printed.err += text;
      },
      screen: { out: screen, err: screen },
      interruption: () => interrupted.signal,
    },
  });
  return { printed, end: () => interrupted.abort(), ended };
}

const view = z.object({
  at: z.string(),
  exists: z.boolean(),
  read: z.unknown(),
  write: z.unknown(),
  nodes: z.array(z.object({ name: z.string() })),
});
const viewsIn = (text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => view.parse(JSON.parse(line)));

test("prints a document at every change, from before the path exists until it is interrupted", async () => {
  const ours = await session();
  const { printed, end, ended } = watching("/watched/lock", ["-o", "json"]);
  const last = () => viewsIn(printed.out).at(-1);
  await eventually(last).toMatchObject({ exists: false, nodes: [] });
  const reader = await aLock(ours, "/watched/lock", "Curator", "read");
  await eventually(last).toMatchObject({ exists: true, read: { held: 1, waiting: 0 } });
  await aLock(ours, "/watched/lock", "Curator", "write");
  await eventually(last).toMatchObject({ write: { held: 0, waiting: 1 } });
  await ours.remove(reader, -1);
  await eventually(last).toMatchObject({ read: { held: 0, waiting: 0 }, write: { held: 1, waiting: 0 } });
  end();
  expect(await ended).toMatchObject({ code: 0 });
  expect(printed.err).toBe("");
});

test("sees a semaphore mutex change in its two folders", async () => {
  const ours = await session();
  const { printed } = watching("/watched/semaphore", ["-o", "json"]);
  await aLock(ours, "/watched/semaphore", "CuratorSemaphoreMutex");
  await ours.createParents("/watched/semaphore/leases");
  await eventually(() => viewsIn(printed.out).at(-1)).toMatchObject({ write: { held: 0, waiting: 1 } });
  await aLock(ours, "/watched/semaphore", "CuratorSemaphoreMutex");
  await eventually(() => viewsIn(printed.out).at(-1)).toMatchObject({ write: { held: 0, waiting: 2 } });
});

test("says in a line who came and who went, and draws a table on a terminal", async () => {
  const ours = await session();
  const reader = await aLock(ours, "/watched/lines", "Curator", "read 10.0.0.5");
  const [lines, screen] = [watching("/watched/lines"), watching("/watched/lines", [], true)];
  await eventually(() => lines.printed.out).toMatch(
    /^\S+Z {2}\/watched\/lines {2}read 1 held 0 waiting, write 0 held 0 waiting {2}\+read:10\.0\.0\.5\n$/,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what clears a terminal
  await eventually(() => screen.printed.out).toMatch(/^\x1b\[H\x1b\[2JPATH .*10\.0\.0\.5/s);
  await ours.remove(reader, -1);
  await eventually(() => lines.printed.out).toMatch(/read 0 held 0 waiting, write 0 held 0 waiting {2}-read:10\.0\.0\.5\n$/);
});

test("waits for the connection to come back, and has not missed what happened meanwhile", async () => {
  const ours = await session();
  const proxy = await aProxy(server());
  const { printed, end, ended } = watching("/watched/away", ["-o", "json", "--zookeeper", proxy.connectString]);
  await eventually(() => viewsIn(printed.out).length).toBe(1);
  proxy.refuse();
  await eventually(() => printed.err).toContain("is away");
  await aLock(ours, "/watched/away", "Curator", "read");
  proxy.open();
  await eventually(() => viewsIn(printed.out).at(-1)).toMatchObject({ read: { held: 1, waiting: 0 } });
  end();
  expect(await ended).toMatchObject({ code: 0 });
});
