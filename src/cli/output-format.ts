// What -o chooses: a table for people, or a document for programs, in JSON or in YAML.
import { Option } from "commander";
import { stringify } from "yaml";

export type DocumentFormat = "json" | "yaml";

/** YAML as parsers of 1.1 read it too: what looks like a time stands in quotes. */
export function documentText(document: unknown, format: DocumentFormat): string {
  return format === "json"
    ? `${JSON.stringify(document, undefined, 2)}\n`
    : stringify(document, { aliasDuplicateObjects: false, schema: "yaml-1.1" });
}

export function outputOption(meaning: string, choices: readonly string[]): Option {
  return new Option("-o, --output <format>", meaning).choices(choices);
}
