// Gives equal parts of states one number, so that a state is a handful of numbers.
//
// Promised: parts with the same JSON get the same number, and `at` answers one object for each number: whoever computes from a
// part may remember the result by the object (`remembered`).

export class Interned<T extends object> {
  readonly #numbers = new WeakMap<T, number>();
  readonly #byText = new Map<string, number>();
  readonly #parts: T[] = [];

  numberOf(part: T): number {
    const known = this.#numbers.get(part);
    if (known !== undefined) return known;
    const text = JSON.stringify(part);
    let number = this.#byText.get(text);
    if (number === undefined) {
      number = this.#parts.length;
      this.#byText.set(text, number);
      this.#parts.push(part);
    }
    this.#numbers.set(part, number);
    return number;
  }

  at(number: number): T {
    const part = this.#parts[number];
    if (part === undefined) throw new Error(`no part has the number ${number}`);
    return part;
  }

  /** The one object that stands for all equal to this. */
  one(part: T): T {
    return this.at(this.numberOf(part));
  }
}

/** Computes once for each object. */
export function remembered<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const results = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const known = results.get(key);
    if (known !== undefined) return known.value;
    const value = compute(key);
    results.set(key, { value });
    return value;
  };
}

/** Computes once for each object and each second key. */
export function rememberedBy<K extends object, L, V>(compute: (key: K, second: L) => V): (key: K, second: L) => V {
  const byKey = remembered((_key: K) => new Map<L, V>());
  return (key, second) => {
    const results = byKey(key);
    const known = results.get(second);
    if (known !== undefined || results.has(second)) return known as V;
    const value = compute(key, second);
    results.set(second, value);
    return value;
  };
}
