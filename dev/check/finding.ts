// What a check of this project's own says: a rule's name, a place, and where the thing belongs instead.

export interface Finding {
  /** The rule's name, as test/checks knows it. */
  readonly rule: string;
  /** Path from the tree's root, with forward slashes. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong, and what to do instead. */
  readonly message: string;
}

export function printed(finding: Finding): string {
  return `${finding.file}:${finding.line} ${finding.rule}\n    ${finding.message}`;
}
