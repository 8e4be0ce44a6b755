// Tells when a request to the API server has left this process, by undici's own diagnostics: headers, body, and nothing left to write.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { RestRequest } from "../../src/kube/rest.ts";

const headersSent = "undici:client:sendHeaders";
const bodySent = "undici:request:bodySent";

interface Told {
  readonly request: { readonly method: string; readonly path: string };
  readonly socket?: Socket;
}

/** Resolves when the next request of that method and path was written to its socket and the socket has written it all. */
export function requestSent({ method, path }: RestRequest): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let socket: Socket | undefined;
  const isOurs = ({ request }: Told) => request.method === method && request.path.startsWith(path);
  const onHeaders = (message: unknown) => {
    const told = message as Told;
    if (isOurs(told)) socket = told.socket;
  };
  const onBody = (message: unknown) => {
    if (!isOurs(message as Told)) return;
    unsubscribe(headersSent, onHeaders);
    unsubscribe(bodySent, onBody);
    const drained = () => ((socket?.writableLength ?? 0) > 0 ? void setImmediate(drained) : resolve());
    // Over HTTP/2 the frames are written a turn of the event loop later.
    setImmediate(() => setImmediate(() => setImmediate(drained)));
  };
  subscribe(headersSent, onHeaders);
  subscribe(bodySent, onBody);
  return promise;
}
