import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { TcpProxy } from "./tcp-proxy.ts";

/** A server that answers what it hears, a proxy before it, and a client that is connected through it. */
async function anEcho(): Promise<{ readonly proxy: TcpProxy; readonly client: Socket; readonly heard: () => string }> {
  const server: Server = createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  const proxy = await TcpProxy.start({ address: "127.0.0.1", port: address.port });
  const client = connect(Number(proxy.connectString.split(":")[1]), "127.0.0.1");
  let text = "";
  client.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  client.on("error", () => {});
  await once(client, "connect");
  onTestFinished(async () => {
    client.destroy();
    await proxy.stop();
    server.close();
  });
  return { proxy, client, heard: () => text };
}

test("what is sent while a delay comes and goes arrives in the order in which it was sent", async () => {
  const { proxy, client, heard } = await anEcho();
  const sent = Array.from({ length: 60 }, (_, i) => `${i} `);
  for (const [i, text] of sent.entries()) {
    proxy.delay(i % 3 === 0 ? 30 : 0);
    client.write(text);
    await pause(1);
  }
  await expect.poll(() => heard().length).toBe(sent.join("").length);
  expect(heard()).toBe(sent.join(""));
});

test("a reset reaches the client as a reset, and a new connection passes", async () => {
  const { proxy, client, heard } = await anEcho();
  client.write("a");
  await expect.poll(heard).toBe("a");
  const failed = once(client, "error");
  proxy.reset();
  expect(await failed).toEqual([expect.objectContaining({ code: "ECONNRESET" })]);
  const again = connect(Number(proxy.connectString.split(":")[1]), "127.0.0.1");
  await once(again, "connect");
  again.destroy();
});

test("while it is held nothing arrives, and afterwards everything that was sent", async () => {
  const { proxy, client, heard } = await anEcho();
  client.write("a");
  await expect.poll(heard).toBe("a");
  proxy.hold();
  client.write("b");
  expect(heard()).toBe("a");
  proxy.open();
  await expect.poll(heard).toBe("ab");
});
