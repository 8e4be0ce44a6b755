// What is wrong with a value that somebody gave: named, with what to write instead.
export interface Problem {
  readonly kind: "problem";
  readonly message: string;
}

export function problemWith(value: string, what: string): Problem {
  return { kind: "problem", message: `${JSON.stringify(value)} ${what}` };
}
