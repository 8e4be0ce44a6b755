// A watch on a stub API server, and what it told.
import { afterEach, beforeEach, vi } from "vitest";
import { loadKube } from "../../src/kube/config.ts";
import { createRest } from "../../src/kube/rest.ts";
import { type Watch, type WatchOptions, watchForever } from "../../src/kube/watch.ts";
import { type LogFields, silentLog } from "../../src/shared/log.ts";
import { fastClock } from "./fast-clock.ts";
import { StubApiServer, type StubObject } from "./stub-api-server.ts";
import { type StubKubeconfig, stubKubeconfig } from "./stub-kubeconfig.ts";

export interface WatchingOptions {
  /** How much faster than the machine's clock the watch lives. */
  readonly factor?: number;
  readonly random?: () => number;
  readonly onChange?: WatchOptions<StubObject>["onChange"];
  /** Default: that of the stub itself. */
  readonly kubeconfig?: StubKubeconfig;
}

/** What a test of a watch works with; everything is new for each test. */
export class StubWatch {
  server = new StubApiServer();
  told: string[] = [];
  /** What interrupted the watch, in its own words. */
  interruptions: string[] = [];
  #watch: Watch<StubObject> | undefined;
  #kubeconfig: StubKubeconfig | undefined;

  /** To be called once, where tests are declared. */
  constructor() {
    beforeEach(async () => {
      this.server = new StubApiServer();
      this.told = [];
      this.interruptions = [];
      await this.server.start();
      this.#kubeconfig = await stubKubeconfig(this.server.url);
    });
    afterEach(async () => {
      this.#watch?.stop();
      await this.server.stop();
      await this.#kubeconfig?.remove();
    });
  }

  get kubeconfig(): StubKubeconfig {
    if (this.#kubeconfig === undefined) throw new Error("there is a kubeconfig only within a test");
    return this.#kubeconfig;
  }

  start(options: WatchingOptions = {}): Watch<StubObject> {
    const clock = fastClock(options.factor ?? 50);
    const { told, interruptions } = this;
    const note = (_message: string, fields: LogFields = {}) => void interruptions.push(String(fields.error));
    // The deadline of calls is not what these tests are about, and at this speed it would be over too soon.
    const rest = createRest(loadKube({ kubeconfig: (options.kubeconfig ?? this.kubeconfig).path }), { clock, deadlineMs: 1_000_000 });
    this.#watch = watchForever<StubObject>({
      rest,
      clock,
      random: options.random ?? Math.random,
      log: { ...silentLog, info: note, debug: note },
      what: "stubs",
      path: "/apis/stub/v1/stubs",
      project: (object) => object as StubObject,
      onChange: options.onChange ?? (({ kind, object }) => void told.push(`${kind} ${object.metadata.name}${object.text ?? ""}`)),
    });
    return this.#watch;
  }
}

export const until = (condition: () => void) => vi.waitFor(condition, { timeout: 60_000, interval: 10 });
