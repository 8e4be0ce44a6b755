// `npm run sizes`: the project's own checks over the tree that this file stands in, or over the one that is named.
import { resolve } from "node:path";
import { printed } from "./finding.ts";
import { checkOwnRules } from "./own.ts";

const root = resolve(process.argv[2] ?? resolve(import.meta.dirname, "../.."));
const { files, findings } = checkOwnRules(root);
for (const finding of findings) console.log(printed(finding));
console.log(`${files} files, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
