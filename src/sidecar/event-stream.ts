// Server-sent events: the present state first, then each one that comes, and a comment now and then so that a dead line is noticed.
//
// Promised: whoever reads too slowly is cut off rather than remembered without end.
import type { ServerResponse } from "node:http";
import type { Clock } from "../shared/clock.ts";

const keepAliveMs = 15_000;
const mostUnread = 64 * 1024;

export interface StreamParts {
  readonly clock: Clock;
  /** The event's data: one line of JSON. Told again only where it differs. */
  readonly present: () => { readonly state: string; readonly data: string };
  readonly onChange: (listener: () => void) => () => void;
}

/** Ends when the other side goes, or `response` is ended. */
export function streamStates(response: ServerResponse, { clock, present, onChange }: StreamParts): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  let last: string | undefined;
  const write = (text: string) => {
    if (response.writableLength > mostUnread) response.destroy();
    else response.write(text);
  };
  const tell = () => {
    const { state, data } = present();
    if (state === last) return;
    last = state;
    write(`event: state\ndata: ${data}\n\n`);
  };
  let cancel = () => {};
  const keepAlive = () => {
    cancel = clock.after(keepAliveMs, () => {
      write(":\n\n");
      keepAlive();
    });
  };
  const stop = onChange(tell);
  response.once("close", () => {
    stop();
    cancel();
  });
  tell();
  keepAlive();
}
