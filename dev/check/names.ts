// How files are called and how they begin: a name that says what the file owns, and a comment that says what it promises.
import type ts from "typescript";
import type { Finding } from "./finding.ts";
import { isTest } from "./source-files.ts";

/** Names that say nothing: whatever has no place ends there. */
const empty = new Set(["util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"]);

export function nameFindings(source: ts.SourceFile): readonly Finding[] {
  return [...emptyName(source.fileName), ...(isTest(source.fileName) ? [] : noHeadComment(source))];
}

function emptyName(file: string): readonly Finding[] {
  const word = file.split(/[/.-]/).find((part) => empty.has(part));
  if (word === undefined) return [];
  const message = `"${word}" says nothing about what is inside: name the file or folder after the one thing that it owns.`;
  return [{ rule: "name-says-nothing", file, line: 1, message }];
}

function noHeadComment(source: ts.SourceFile): readonly Finding[] {
  const text = source.text.replace(/^#!.*\n/, "");
  if (/^\s*\/[/*]/.test(text)) return [];
  const message = "Begin the file with a comment: what it owns, what it promises, what it does not promise.";
  return [{ rule: "no-head-comment", file: source.fileName, line: 1, message }];
}
