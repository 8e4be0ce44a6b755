// Processes that stand still for a while, or die: processors, controllers, servers of the ensemble, the API server.
import type { ZooKeeperServer } from "../../../dev/zookeeper/server.ts";
import { now } from "../timeline.ts";
import { controllerOf, type Strike } from "./fault.ts";

export const stopProcessor: Strike = async ({ stage, excuse }, { target }) => {
  const processor = stage.processors.find(({ name }) => name === target);
  await processor?.pause();
  const from = now();
  return {
    what: `(${processor?.state})`,
    heal() {
      excuse({ kind: "stopped", processor: target, from, to: now() });
      processor?.resume();
    },
  };
};

export const stopController: Strike = async ({ stage }, { target }) => {
  const controller = controllerOf(stage, target);
  controller?.pause();
  return controller && { what: controller.name, heal: () => controller.resume() };
};

export const killController: Strike = async ({ stage }, { target }) => {
  const controller = controllerOf(stage, target);
  await controller?.kill();
  return controller && { what: controller.name, heal: () => controller.restart() };
};

export const stopServer =
  (role: "leader" | "follower"): Strike =>
  async ({ stage }, { choice }) => {
    const servers = await Promise.all(stage.ensemble.servers.map(async (server) => ({ server, mode: await modeOf(server) })));
    const fitting = servers.filter(({ mode }) => mode === role).map(({ server }) => server);
    const server = fitting[Math.floor(choice * fitting.length)];
    server?.pause();
    return server && { what: server.connectString, heal: () => server.resume() };
  };

async function modeOf(server: ZooKeeperServer): Promise<string | undefined> {
  const said = await server.fourLetterWord("srvr").catch(() => "");
  return /^Mode: (.*)$/m.exec(said)?.[1];
}

export const restartApiServer: Strike = async ({ stage: { apiServer } }) => {
  apiServer?.kill();
  return apiServer && { what: "", heal: () => apiServer.start() };
};
