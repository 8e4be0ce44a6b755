// The file that exists while the gate is open, for programs that can do no more than look.
//
// Promised: it is made after the gate has opened, and removed before anybody is told that the gate closes. Whoever cannot remove it
// must not release the lock: somebody may believe it.
// Not promised: that it goes when this process is killed. The next start removes it.
import { closeSync, openSync, rmSync } from "node:fs";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";

export class GateFile {
  readonly #path: string | undefined;
  readonly #log: Log;

  constructor(path: string | undefined, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** Where it cannot be made the gate is open all the same, and those who look for the file find it closed. */
  make(): void {
    if (this.#path === undefined) return;
    try {
      closeSync(openSync(this.#path, "w", 0o644));
    } catch (error) {
      this.#log.error("the file that says that the gate is open cannot be made: whoever looks for it takes the gate for closed", {
        file: this.#path,
        error: messageOf(error),
      });
    }
  }

  /** Whether it is gone. */
  remove(): boolean {
    if (this.#path === undefined) return true;
    try {
      rmSync(this.#path, { force: true });
      return true;
    } catch (error) {
      this.#log.error("the file that says that the gate is open cannot be removed: the lock is held until it can", {
        file: this.#path,
        error: messageOf(error),
      });
      return false;
    }
  }
}
