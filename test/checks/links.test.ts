// Every link in a document, the generated reference and the examples' pages among them, leads to a file that is there and to a heading in it.
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { documents, readDocument } from "../support/documents.ts";
import { project } from "./planted-tree.ts";

test("every link to a file leads to one, and to a heading of it", () => {
  const examples = globSync("examples/*/README.md", { cwd: project });
  const broken = [...documents(), "docs/reference/exclusive-window.md", ...examples].flatMap((file) =>
    brokenLinks(file, readDocument(file)),
  );
  expect(broken).toEqual([]);
  const text = "[here](nowhere.md) [there](https://example.org/x) [up](../README.md#operate-it) [down](../README.md#nowhere)";
  expect(brokenLinks("docs/a.md", text)).toEqual(["docs/a.md: nowhere.md", "docs/a.md: ../README.md#nowhere"]);
});

function brokenLinks(file: string, text: string): readonly string[] {
  const local = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "").filter((target) => !/^[a-z]+:/.test(target));
  const isBroken = (target: string) => {
    const [path = "", heading] = target.split("#");
    const at = path === "" ? file : join(dirname(file), path);
    return !existsSync(join(project, at)) || (heading !== undefined && !headingsOf(readDocument(at)).includes(heading));
  };
  return local.filter(isBroken).map((target) => `${file}: ${target}`);
}

/** As the anchors by which a page in a browser is entered. */
function headingsOf(text: string): readonly string[] {
  const prose = text.replace(/^\s*```[\s\S]*?^\s*```/gm, "");
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
