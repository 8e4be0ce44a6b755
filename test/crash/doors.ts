// The controller's two doors with somebody in them who kills the process: every effect of a run passes by name (calls.ts), and at
// the planned one the process ends by SIGKILL, as a machine would end it: nothing is flushed, closed or released.
// Promised: `before`: no byte of the call was sent. `sent`: all bytes were handed to the kernel and the answer was not waited for.
// `answered`: the server has carried it out; the controller never heard. `after`: the controller heard and went on to its next wait.
// A call that is refused is handed on and the next one of that name waited for: only an effect counts.
import { writeSync } from "node:fs";
import { kind } from "../../src/crds/meta.ts";
import type { Status } from "../../src/crds/status.ts";
import type { Rest, RestRequest } from "../../src/kube/rest.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import type { SessionHolder } from "../../src/zookeeper/session-holder.ts";
import { replacing } from "../support/naive-session.ts";
import { type Names, namesOfParents, namesOfRequest, namesOfTransaction, statusIn } from "./calls.ts";
import { callLine, crashLine, type Plan } from "./moments.ts";
import { requestSent } from "./request-sent.ts";

interface Call<T> {
  readonly names: Names;
  send(): Promise<T>;
  /** Resolves once all of it was written. Called before `send`. */
  sent(): Promise<void>;
}

type Pass = <T>(call: Call<T>) => Promise<T>;

/** `plan` undefined: nobody dies, the calls are only told. */
export function passesBy(plan: Plan | undefined): Pass {
  return async (call) => {
    if (call.names.length === 0) return call.send();
    writeSync(1, callLine(call.names, process.hrtime.bigint()));
    return plan !== undefined && call.names.includes(plan.call) ? dieAt(plan, call) : call.send();
  };
}

async function dieAt<T>(plan: Plan, { send, sent }: Call<T>): Promise<T> {
  const { moment } = plan;
  if (moment === "before") die(plan);
  if (moment === "sent") void sent().then(() => die(plan));
  const answer = await send();
  if (moment === "sent") die(plan, "but the answer was faster");
  if (moment === "answered") die(plan);
  setImmediate(die, plan);
  return answer;
}

function die(plan: Plan, remark = ""): void {
  writeSync(1, crashLine(plan, remark));
  process.kill(process.pid, "SIGKILL");
}

export function doorToKubernetes(rest: Rest, pass: Pass): Rest {
  /** As it was last read or written, by the path that it is written at. */
  const statuses = new Map<string, Status>();
  return {
    open: rest.open,
    async call<T>(what: string, request: RestRequest) {
      const names = namesOfRequest(what, request, statuses.get(request.path));
      const answer = await pass({ names, send: () => rest.call<T>(what, request), sent: () => requestSent(request) });
      if (what.startsWith(`read ${kind} `)) statuses.set(`${request.path}/status`, statusIn(answer.body));
      if (what.startsWith("publish the status ")) statuses.set(request.path, statusIn(request.body));
      return answer;
    },
  };
}

/** The same door for each session that the holder hands out; one session is always the same object. */
export function doorToZooKeeper(holder: SessionHolder, within: (session: Session) => Session): SessionHolder {
  const doors = new WeakMap<Session, Session>();
  const doorOf = (session: Session) => {
    const door = doors.get(session) ?? within(session);
    doors.set(session, door);
    return door;
  };
  return {
    onChange: (listener) => holder.onChange(listener),
    close: () => holder.close(),
    current() {
      const current = holder.current();
      return current.kind === "none" ? current : { kind: "session", session: doorOf(current.session) };
    },
  };
}

export function passing(session: Session, pass: Pass): Session {
  const sent = async () => {
    const before = session.sent.requests;
    while (session.sent.requests === before) await new Promise((resolve) => setImmediate(resolve));
  };
  return replacing(session, {
    transaction: (operations) => pass({ names: namesOfTransaction(operations), sent, send: () => session.transaction(operations) }),
    createParents: (path, as) => pass({ names: namesOfParents(path), sent, send: () => session.createParents(path, as) }),
  });
}
