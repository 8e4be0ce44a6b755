// Ports for servers that must come back on the same one: taken below the range from which the system takes ports for
// outgoing connections, so that none of those sits on it while the server is down.
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const lowest = 12_000;
const beyond = 30_000;

/** A port on which nobody listens at that address just now. */
export async function freePort(address: string): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = randomInt(lowest, beyond);
    if (await canListen(address, port)) return port;
  }
  throw new Error(`no free port between ${lowest} and ${beyond} at ${address}: is that an address of this machine?`);
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
