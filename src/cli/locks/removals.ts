// What became of the nodes that a command set out to remove: told one by one as it happens, or as a document at the end.
import type { Removal } from "../../locks/admin/removal.ts";
import type { Machine } from "../machine.ts";
import { type DocumentFormat, documentText } from "../output-format.ts";

export interface RemovalLog {
  /** Answers whether the node is gone. */
  told(removal: Removal): boolean;
  /** It would be removed: nothing is. */
  planned(path: string): void;
  /** The paths that were removed. */
  readonly removed: readonly string[];
  /** Prints the document, where one is wanted. Answers how many nodes were left. */
  end(path: string): number;
}

export function removalLog(machine: Machine, format: DocumentFormat | undefined): RemovalLog {
  const removed: string[] = [];
  const planned: string[] = [];
  const gone: string[] = [];
  const left: { readonly path: string; readonly why: string }[] = [];
  const say = (text: string) => {
    if (format === undefined) machine.out(`${text}\n`);
  };
  return {
    removed,
    planned(path) {
      planned.push(path);
      say(`${path} would be removed`);
    },
    told(removal) {
      const { kind, path } = removal;
      switch (kind) {
        case "removed":
          removed.push(path);
          say(`${path} removed`);
          return true;
        case "gone":
          gone.push(path);
          say(`${path} was gone already`);
          return true;
        case "left":
          left.push({ path, why: removal.why });
          machine.err(`warning: ${path} was left: ${removal.why}\n`);
          return false;
      }
    },
    end(path) {
      if (format !== undefined) machine.out(documentText({ path, removed, gone, left, planned }, format));
      return left.length;
    },
  };
}
