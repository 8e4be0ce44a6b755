// Where the demo's output meets the terminal: lines that stay, and below them, on a terminal, a few lines that are drawn anew in
// place. Elsewhere only the lines that stay are written.

export interface ScreenOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export class Screen {
  readonly #out: ScreenOutput;
  #drawn: readonly string[] = [];

  constructor(out: ScreenOutput) {
    this.#out = out;
  }

  /** Whether lines can be drawn anew. */
  get isLive(): boolean {
    return this.#out.isTTY === true;
  }

  /** How long a drawn line may be. */
  get columns(): number {
    return (this.#out.columns ?? 80) - 1;
  }

  /** A line that stays, above the drawn ones. */
  line(text: string): void {
    const drawn = this.#drawn;
    this.#erase();
    this.#out.write(`${text}\n`);
    this.draw(drawn);
  }

  /** These lines in place of those drawn before. On something that is no terminal: nothing. */
  draw(lines: readonly string[]): void {
    if (!this.isLive) return;
    this.#erase();
    for (const line of lines) this.#out.write(`${line.slice(0, this.columns)}\n`);
    this.#drawn = lines;
  }

  /** Leaves what is drawn where it is; what comes goes below it. */
  settle(): void {
    this.#drawn = [];
  }

  #erase(): void {
    if (this.#drawn.length > 0) this.#out.write(`\x1b[${this.#drawn.length}A\x1b[J`);
    this.#drawn = [];
  }
}
