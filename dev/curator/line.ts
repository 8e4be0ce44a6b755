// Questions to a program behind a pipe and its answers, matched by their ids: CuratorLocks.java says how they are written.
//
// Promised: what was asked and not answered rejects when the program ends, with the last that it wrote.
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

interface Question {
  answered(words: string): void;
  failed(error: Error): void;
}

export class Line {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #open = new Map<string, Question>();
  readonly #gone: Promise<unknown>;
  #lastId = 0;
  #said = "";

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    child.stdin.on("error", () => undefined); // the end of the process tells it
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line));
    this.#gone = once(child, "close").catch(() => undefined);
    child.on("error", (cause) => this.#fail(new Error("cannot run java: install a Java development kit, 11 or later", { cause })));
    child.on("close", (code, signal) => this.#fail(new Error(`Curator's JVM ended (${code ?? signal}). It last wrote:\n${this.#said}`)));
  }

  ask(words: string): Promise<string> {
    return this.send(words).answer;
  }

  send(words: string): { readonly id: string; readonly answer: Promise<string> } {
    const id = String(++this.#lastId);
    const answer = new Promise<string>((answered, failed) => this.#open.set(id, { answered, failed }));
    this.#child.stdin.write(`${id} ${words}\n`);
    return { id, answer };
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  #hear(line: string): void {
    const [, id = "", outcome, words = ""] = /^(\d+) (ok|failed) ?(.*)$/.exec(line) ?? [];
    const question = this.#open.get(id);
    this.#open.delete(id);
    if (outcome === "ok") question?.answered(words);
    else question?.failed(new Error(`Curator: ${words || line}`));
  }

  #fail(error: Error): void {
    for (const question of this.#open.values()) question.failed(error);
    this.#open.clear();
  }
}
