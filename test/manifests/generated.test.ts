import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { staleFiles, targets } from "../../dev/generate/targets.ts";

const root = join(import.meta.dirname, "..", "..");
const fromTree = (path: string) => readFileSync(join(root, path), "utf8");

describe("what npm run generate writes", () => {
  test("is in the tree as it would be written now", () => {
    expect(staleFiles(fromTree), "run `npm run generate` and commit what it writes").toEqual([]);
  });

  test("is called stale where a file differs or is missing", () => {
    const [first, second] = [...targets().keys()];
    const changed = (path: string) => {
      if (path === second) throw new Error("no such file");
      return path === first ? `${fromTree(path)}\n` : fromTree(path);
    };
    expect(staleFiles(changed)).toEqual([first, second]);
  });
});
