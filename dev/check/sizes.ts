// How long files and functions may be. Code lines count: not blank ones, not those that hold nothing but a comment.
import ts from "typescript";
import type { Finding } from "./finding.ts";
import { lineOf } from "./source-files.ts";

export const limits = { fileLines: 200, functionLines: 60 } as const;

export function sizeFindings(source: ts.SourceFile): readonly Finding[] {
  const lines = codeLines(source);
  return [...fileTooLong(source, lines), ...functionsTooLong(source, lines)];
}

/** The numbers of the lines that hold code, counted from 0. */
export function codeLines(source: ts.SourceFile): ReadonlySet<number> {
  const lines = new Set<number>();
  const mark = (node: ts.Node) => {
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
    for (let line = first; line <= last; line++) lines.add(line);
  };
  const visit = (node: ts.Node) => {
    if (ts.isJSDoc(node) || node.kind === ts.SyntaxKind.EndOfFileToken) return;
    const children = node.getChildren(source);
    if (children.length === 0 && node.getWidth(source) > 0) mark(node);
    for (const child of children) visit(child);
  };
  visit(source);
  return lines;
}

function fileTooLong(source: ts.SourceFile, lines: ReadonlySet<number>): readonly Finding[] {
  if (lines.size <= limits.fileLines) return [];
  const message = `${lines.size} code lines, at most ${limits.fileLines}: split it by what it owns (one duty a file), not by kind of code.`;
  return [{ rule: "file-too-long", file: source.fileName, line: 1, message }];
}

function functionsTooLong(source: ts.SourceFile, lines: ReadonlySet<number>): readonly Finding[] {
  const findings: Finding[] = [];
  const visit = (node: ts.Node) => {
    if (isFunction(node) && !isGroupOfTests(node)) findings.push(...functionTooLong(source, lines, node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

function functionTooLong(source: ts.SourceFile, lines: ReadonlySet<number>, node: ts.SignatureDeclaration): readonly Finding[] {
  const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
  const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
  const count = [...lines].filter((line) => line >= first && line <= last).length;
  if (count <= limits.functionLines) return [];
  const message = `${nameOf(node)} has ${count} code lines, at most ${limits.functionLines}: give each of its steps a function with a name.`;
  return [{ rule: "function-too-long", file: source.fileName, line: lineOf(source, node), message }];
}

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

/** The callback of `describe(…)`, or a function that declares tests side by side; each test in it is measured. */
function isGroupOfTests(node: ts.FunctionLikeDeclaration): boolean {
  if (ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText())) return true;
  return node.body !== undefined && ts.isBlock(node.body) && node.body.statements.some(declaresTests);
}

function declaresTests(statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && /^(?:describe|test)(?:\.\w+)*\(/.test(statement.getText());
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : "this function";
}
