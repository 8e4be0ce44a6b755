// The checks that are this project's own (sizes, purity, names) over a whole tree.
import type { Finding } from "./finding.ts";
import { nameFindings } from "./names.ts";
import { purityFindings } from "./purity.ts";
import { sizeFindings } from "./sizes.ts";
import { parsed, sourceFiles } from "./source-files.ts";

export interface OwnReport {
  /** How many files were looked at. */
  readonly files: number;
  readonly findings: readonly Finding[];
}

/** @throws Error where `root` holds no TypeScript at all: a check that looks at nothing must not pass. */
export function checkOwnRules(root: string): OwnReport {
  const files = sourceFiles(root);
  if (files.length === 0) throw new Error(`no TypeScript file was found below ${root}: run the check at the project's root`);
  const findings = files.flatMap((file) => {
    const source = parsed(root, file);
    return [...nameFindings(source), ...sizeFindings(source), ...purityFindings(source)];
  });
  return { files: files.length, findings };
}
