// What there was to see when a story failed: objects, Events, znodes, logs.

import type { ZooKeeperServer } from "../../../dev/zookeeper/server.ts";
import { systemClock } from "../../../src/shared/clock.ts";
import { messageOf } from "../../../src/shared/errors.ts";
import { silentLog } from "../../../src/shared/log.ts";
import { openSession } from "../../../src/zookeeper/client.ts";
import type { Session } from "../../../src/zookeeper/session.ts";
import type { Site } from "./site.ts";

interface Explained {
  readonly sites: readonly Site[];
  readonly zookeeper: ZooKeeperServer;
}

export async function explain({ sites, zookeeper }: Explained): Promise<string> {
  const parts = [...sites.flatMap(partsOf), part("znodes", () => znodes(zookeeper.connectString))];
  return (await Promise.all(parts)).join("\n");
}

const part = async (title: string, text: () => Promise<string>) => `===== ${title}\n${await text().catch(messageOf)}`;

function partsOf({ namespace, kubectl, controllers }: Site): readonly Promise<string>[] {
  return [
    part(`windows, Jobs and Pods in ${namespace}`, () => kubectl("get", "exclusivewindows,jobs,pods", "--output", "yaml")),
    part(`Events in ${namespace}`, () => kubectl("get", "events", "--sort-by", ".metadata.creationTimestamp")),
    ...controllers.map(({ name, lines }) => part(`${name} in ${namespace}`, async () => lines.slice(-80).join("\n"))),
  ];
}

async function znodes(servers: string): Promise<string> {
  const session = await openSession({ servers, timeoutMs: 6000, clock: systemClock, log: silentLog });
  try {
    return (await tree(session, "/")).join("\n");
  } finally {
    await session.close();
  }
}

async function tree(session: Session, path: string): Promise<readonly string[]> {
  const node = await session.get(path);
  const owner = node?.stat.ephemeralOwner === undefined ? "" : ` (${node.stat.ephemeralOwner})`;
  const children = [...((await session.children(path)) ?? [])].filter((name) => name !== "zookeeper").sort();
  const below = await Promise.all(children.map((name) => tree(session, path === "/" ? `/${name}` : `${path}/${name}`)));
  return [`${path}${owner} ${node?.data.toString("utf8").slice(0, 200) ?? ""}`, ...below.flat()];
}
