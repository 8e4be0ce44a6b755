// The states that were met, in the order in which they were met. A state is a row of numbers.

const firstRows = 1 << 14;

export class Space {
  readonly width: number;
  size = 0;
  #rows: Int32Array;
  #parents: Int32Array;
  #table: Int32Array;

  constructor(width: number) {
    this.width = width;
    this.#rows = new Int32Array(firstRows * width);
    this.#parents = new Int32Array(firstRows);
    this.#table = new Int32Array(firstRows * 4);
  }

  row(index: number): Int32Array {
    return this.#rows.subarray(index * this.width, (index + 1) * this.width);
  }

  parent(index: number): number {
    return this.#parents[index] ?? 0;
  }

  /** The state's place: `size` before the call, if it is new. */
  add(row: Int32Array, parent: number): number {
    if (this.size >= this.#parents.length) this.#grow();
    const slot = this.#slot(row);
    const found = this.#table[slot] ?? 0;
    if (found !== 0) return found - 1;
    this.#rows.set(row, this.size * this.width);
    this.#parents[this.size] = parent;
    this.size++;
    this.#table[slot] = this.size;
    return this.size - 1;
  }

  #slot(row: Int32Array): number {
    const mask = this.#table.length - 1;
    let hash = 0;
    for (let i = 0; i < this.width; i++) {
      hash = Math.imul(hash ^ (row[i] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & mask;
    for (let found = this.#table[slot] ?? 0; found !== 0 && !this.#is(found - 1, row); found = this.#table[slot] ?? 0) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #is(index: number, row: Int32Array): boolean {
    const start = index * this.width;
    for (let i = 0; i < this.width; i++) if (this.#rows[start + i] !== row[i]) return false;
    return true;
  }

  #grow(): void {
    this.#rows = larger(this.#rows);
    this.#parents = larger(this.#parents);
    this.#table = new Int32Array(this.#table.length * 2);
    for (let index = 0; index < this.size; index++) this.#table[this.#slot(this.row(index))] = index + 1;
  }
}

export function larger(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(numbers.length * 2);
  grown.set(numbers);
  return grown;
}
