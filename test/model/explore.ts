// Visits every state of a setting, breadth first, and looks for what breaks a promise and for dead ends.
//
// Promised: a violation is shown by a shortest way to it. Where the answer is `whole`, every state was visited, and from each of them
// the end can be reached by moves that are nobody's fault.
import { Interned } from "./interned.ts";
import { createModel, freshKube, type Model } from "./model.ts";
import { type Hand, idle, type Kube, type Move, type Processor, type Rest, type World, type Znodes } from "./parts.ts";
import { broken, isEnd } from "./promises.ts";
import type { Setting } from "./setting.ts";
import { larger, Space } from "./space.ts";

export type Explored =
  | { readonly kind: "whole"; readonly states: number; readonly ends: number; readonly edges: number }
  | { readonly kind: "violation"; readonly states: number; readonly what: string; readonly trace: readonly string[] }
  | { readonly kind: "dead end"; readonly states: number; readonly count: number; readonly trace: readonly string[]; readonly last: World }
  | { readonly kind: "stopped"; readonly states: number };

export interface Limits {
  readonly states: number;
  readonly progress?: (states: number, done: number) => void;
}

export async function explore(setting: Setting, limits: Limits): Promise<Explored> {
  return new Exploration(createModel(setting)).run(limits);
}

class Exploration {
  readonly #model: Model;
  readonly #codec: Codec;
  readonly #space: Space;
  #edges = new Int32Array(1 << 16);
  #edgeCount = 0;
  /** Where each state's edges begin. */
  #from = new Int32Array(1 << 14);

  constructor(model: Model) {
    this.#model = model;
    this.#codec = new Codec(model.setting);
    this.#space = new Space(this.#codec.width);
  }

  async run({ states, progress }: Limits): Promise<Explored> {
    this.#space.add(this.#codec.rowOf(this.#model.initial), 0);
    for (let at = 0; at < this.#space.size; at++) {
      const violation = this.#expand(at, await this.#movesFrom(at));
      if (violation !== undefined) return this.#violation(violation);
      if (this.#space.size > states) return { kind: "stopped", states: this.#space.size };
      if (at % 10_000 === 0) progress?.(this.#space.size, at);
    }
    return this.#deadEnds();
  }

  async #movesFrom(at: number): Promise<readonly Move[]> {
    const world = this.#codec.worldOf(this.#space.row(at));
    let moves = this.#model.moves(world);
    while (await this.#model.complete()) moves = this.#model.moves(world);
    return moves;
  }

  #expand(at: number, moves: readonly Move[]): Violation | undefined {
    for (const { world, fault, wrong } of moves) {
      const before = this.#space.size;
      const to = this.#space.add(this.#codec.rowOf(world), at);
      if (!fault && to !== at) this.#edge(to);
      const what = wrong ?? (to === before ? broken(world, this.#model.setting) : undefined);
      if (what !== undefined) return { at, to, what };
    }
    if (at + 1 >= this.#from.length) this.#from = larger(this.#from);
    this.#from[at + 1] = this.#edgeCount;
    return undefined;
  }

  #edge(to: number): void {
    if (this.#edgeCount === this.#edges.length) this.#edges = larger(this.#edges);
    this.#edges[this.#edgeCount++] = to;
  }

  async #violation({ at, to, what }: Violation): Promise<Explored> {
    const trace = [...(await this.#trace(at)), await this.#textOf(at, to)];
    return { kind: "violation", states: this.#space.size, what, trace };
  }

  async #trace(to: number): Promise<readonly string[]> {
    const lines: string[] = [];
    for (let at = to; at !== 0; at = this.#space.parent(at)) lines.unshift(await this.#textOf(this.#space.parent(at), at));
    return lines;
  }

  async #textOf(from: number, to: number): Promise<string> {
    const row = this.#space.row(to).join();
    const moves = await this.#movesFrom(from);
    return moves.find(({ world }) => this.#codec.rowOf(world).join() === row)?.text ?? "?";
  }

  async #deadEnds(): Promise<Explored> {
    const { size } = this.#space;
    const reaches = new Uint8Array(size);
    let ends = 0;
    for (let at = 0; at < size; at++) {
      if (!isEnd(this.#codec.worldOf(this.#space.row(at)), this.#model.setting)) continue;
      reaches[at] = 1;
      ends++;
    }
    while (this.#spread(reaches) > 0);
    const first = reaches.indexOf(0);
    if (first < 0) return { kind: "whole", states: size, ends, edges: this.#edgeCount };
    const count = reaches.reduce((sum, one) => sum + 1 - one, 0);
    return { kind: "dead end", states: size, count, trace: await this.#trace(first), last: this.#codec.worldOf(this.#space.row(first)) };
  }

  /** Marks what leads to a marked state by one step, backwards, so that most is done in a few rounds; answers how many were new. */
  #spread(reaches: Uint8Array): number {
    let marked = 0;
    for (let at = reaches.length - 1; at >= 0; at--) {
      if (reaches[at] === 1 || !this.#leads(at, reaches)) continue;
      reaches[at] = 1;
      marked++;
    }
    return marked;
  }

  #leads(at: number, reaches: Uint8Array): boolean {
    const end = this.#from[at + 1] ?? 0;
    for (let edge = this.#from[at] ?? 0; edge < end; edge++) if (reaches[this.#edges[edge] ?? 0] === 1) return true;
    return false;
  }
}

interface Violation {
  readonly at: number;
  readonly to: number;
  readonly what: string;
}

/** States as rows of numbers, and back. */
class Codec {
  readonly width: number;
  readonly #windows: number;
  readonly #row: Int32Array;
  readonly #znodes = new Interned<Znodes>();
  readonly #kubes = new Interned<Kube>();
  readonly #hands = new Interned<Hand>();
  readonly #processors = new Interned<readonly Processor[]>();
  readonly #rest = new Interned<Rest>();

  constructor({ locks }: Setting) {
    this.#windows = locks.length;
    this.width = 5 + this.#windows;
    this.#row = new Int32Array(this.width);
  }

  /** Good until the next call. */
  rowOf({ znodes, kubes, hands, processors, rest }: World): Int32Array {
    const row = this.#row;
    row[0] = this.#znodes.numberOf(znodes);
    row[1] = this.#processors.numberOf(processors);
    row[2] = this.#rest.numberOf(rest);
    for (let c = 0; c < 2; c++) row[3 + c] = this.#hands.numberOf(hands[c] ?? idle);
    for (let i = 0; i < this.#windows; i++) row[5 + i] = this.#kubes.numberOf(kubes[i] ?? freshKube);
    return row;
  }

  worldOf(row: ArrayLike<number>): World {
    const number = (i: number) => row[i] ?? 0;
    return {
      znodes: this.#znodes.at(number(0)),
      processors: this.#processors.at(number(1)),
      rest: this.#rest.at(number(2)),
      hands: [this.#hands.at(number(3)), this.#hands.at(number(4))],
      kubes: Array.from({ length: this.#windows }, (_, i) => this.#kubes.at(number(5 + i))),
    };
  }
}
