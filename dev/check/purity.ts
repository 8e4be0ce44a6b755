// What the pure rooms do without, and what all of src does without, as far as biome cannot say it: waiting, the machine's
// clock, chance. biome.json bans the globals themselves (process, timers, console) in the pure rooms.
// Not seen: what a called function does. The room rules see to it that a pure room can call pure rooms alone.
import ts from "typescript";
import type { Finding } from "./finding.ts";
import { isTest, lineOf } from "./source-files.ts";

const pure = /^src\/(?:crds|protocol|schedule|window|report)\//;
const theClock = "src/shared/clock.ts";
const timers = new Set(["setTimeout", "setInterval", "setImmediate"]);
const chances = new Set(["randomUUID", "randomBytes", "randomInt", "getRandomValues"]);

type Rule = readonly [rule: string, applies: (node: ts.Node) => boolean, message: string];

const pureRules: readonly Rule[] = [
  [
    "pure-no-await",
    isWaiting,
    "A pure room does not wait: src/controller/observe.ts gathers what it needs, src/controller/act.ts does what it answers.",
  ],
  ["pure-no-clock", isClock, "A pure room has no clock: take the instant as an argument (`now`, milliseconds)."],
  ["pure-no-chance", isChance, "A pure room answers the same twice: take ids and random numbers as arguments."],
];

const sourceRules: readonly Rule[] = [
  ["clock-is-an-argument", isClock, "The machine's clock belongs in src/shared/clock.ts: take a Clock and call its now() or monotonic()."],
  ["timers-are-arguments", isTimer, "Timers belong in src/shared/clock.ts: take a Clock and call its after(), or delay()."],
];

export function purityFindings(source: ts.SourceFile): readonly Finding[] {
  const rules = rulesFor(source.fileName);
  if (rules.length === 0) return [];
  const findings: Finding[] = [];
  const visit = (node: ts.Node) => {
    for (const [rule, applies, message] of rules) {
      if (applies(node)) findings.push({ rule, file: source.fileName, line: lineOf(source, node), message });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

function rulesFor(file: string): readonly Rule[] {
  if (isTest(file) || !file.startsWith("src/") || file === theClock) return [];
  return pure.test(file) ? pureRules : sourceRules;
}

function isWaiting(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.AsyncKeyword || node.kind === ts.SyntaxKind.AwaitKeyword || ts.isAwaitExpression(node);
}

function isClock(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node))
    return /^(?:globalThis\.)?(?:Date\.now|performance\.now|Temporal\.Now|process\.(?:hrtime|uptime))$/.test(textOf(node));
  if (ts.isNewExpression(node)) return isDate(node.expression) && (node.arguments ?? []).length === 0;
  return ts.isCallExpression(node) && isDate(node.expression);
}

function isDate(node: ts.Node): boolean {
  return /^(?:globalThis\.)?Date$/.test(textOf(node));
}

function isTimer(node: ts.Node): boolean {
  return ts.isCallExpression(node) && timers.has(lastName(node.expression));
}

function isChance(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node) && textOf(node) === "Math.random") return true;
  return ts.isCallExpression(node) && chances.has(lastName(node.expression));
}

function lastName(node: ts.Node): string {
  return ts.isPropertyAccessExpression(node) ? node.name.text : textOf(node);
}

function textOf(node: ts.Node): string {
  return node.getText().replaceAll(/\s|\?/g, "");
}
