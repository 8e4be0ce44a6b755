// Requests behind a gate: they wait while a window is on, for as long as their clients may be made to wait.
import { GateClosedError, type GateWork, type ProcessorGate } from "../../src/processor/index.ts";

/** What is used of Express here. */
export interface Response {
  status(code: number): this;
  set(name: string, value: string): this;
  end(): unknown;
}
type Next = (error?: unknown) => void;
type Handle<Request> = (request: Request, response: Response, work: GateWork) => Promise<void>;

/** `app.post("/orders", gated(gate, 10_000, async (request, response) => { … }))` */
export function gated<Request>(gate: ProcessorGate, patienceMs: number, handle: Handle<Request>) {
  return async (request: Request, response: Response, next: Next): Promise<void> => {
    const patience = AbortSignal.timeout(patienceMs);
    try {
      await gate.run((work) => handle(request, response, work), { signal: patience });
    } catch (error) {
      const wasNotStarted = error instanceof GateClosedError || (patience.aborted && error === patience.reason);
      if (wasNotStarted) response.status(503).set("Retry-After", "60").end();
      else next(error);
    }
  };
}
