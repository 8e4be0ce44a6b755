// Every room rule is seen to fail on an import planted for it, and the real tree keeps them all.
import { describe, expect, test } from "vitest";
import { printed } from "../../dev/check/finding.ts";
import { checkRooms, notLookedAt } from "../../dev/check/rooms.ts";
import { plantedTree, project, standIns } from "./planted-tree.ts";

interface Planted {
  readonly rule: string;
  readonly file: string;
  /** Its whole text. */
  readonly text: string;
}

const imports = (path: string) => `import "${path}";\n`;

const planted: readonly Planted[] = [
  { rule: "room-shared", file: "src/shared/a.ts", text: imports("../crds/good.ts") },
  { rule: "room-crds", file: "src/crds/a.ts", text: imports("../protocol/good.ts") },
  { rule: "room-protocol", file: "src/protocol/a.ts", text: imports("../crds/good.ts") },
  { rule: "room-schedule", file: "src/schedule/a.ts", text: imports("../window/good.ts") },
  { rule: "room-window", file: "src/window/a.ts", text: imports("../protocol/good.ts") },
  { rule: "room-window", file: "src/window/b.ts", text: 'import type { good } from "../kube/good.ts";\nexport type A = typeof good;\n' },
  { rule: "room-report", file: "src/report/a.ts", text: imports("../zookeeper/good.ts") },
  { rule: "room-zookeeper", file: "src/zookeeper/a.ts", text: imports("../crds/good.ts") },
  { rule: "room-kube", file: "src/kube/a.ts", text: imports("../window/good.ts") },
  { rule: "room-page", file: "src/page/a.ts", text: imports("../kube/good.ts") },
  { rule: "room-controller", file: "src/controller/a.ts", text: imports("../processor/good.ts") },
  { rule: "room-processor", file: "src/processor/a.ts", text: imports("../crds/good.ts") },
  { rule: "room-sidecar", file: "src/sidecar/a.ts", text: imports("../zookeeper/good.ts") },
  { rule: "room-locks", file: "src/locks/a.ts", text: imports("../kube/good.ts") },
  { rule: "room-cli", file: "src/cli/a.ts", text: imports("../controller/good.ts") },
  { rule: "known-room", file: "src/attic/a.ts", text: imports("../shared/good.ts") },
  { rule: "pure-no-packages", file: "src/window/c.ts", text: imports("zod") },
  { rule: "pure-no-packages", file: "src/report/b.ts", text: imports("node:crypto") },
  { rule: "pure-no-node", file: "src/protocol/b.ts", text: imports("node:fs") },
  { rule: "pure-no-node", file: "src/schedule/b.ts", text: imports("node:process") },
  { rule: "crds-no-crypto", file: "src/crds/b.ts", text: imports("node:crypto") },
  { rule: "protocol-no-packages", file: "src/protocol/c.ts", text: imports("zod") },
  { rule: "croner-door", file: "src/schedule/c.ts", text: imports("croner") },
  { rule: "zookeeper-client-door", file: "src/controller/b.ts", text: imports("node-zookeeper-client") },
  {
    rule: "kubernetes-client-door",
    file: "src/controller/c.ts",
    text: 'import type { anything } from "@kubernetes/client-node";\nexport type A = typeof anything;\n',
  },
  { rule: "kubernetes-types-in-crds", file: "src/crds/c.ts", text: imports("@kubernetes/client-node") },
  { rule: "undici-door", file: "src/controller/d.ts", text: imports("undici") },
  { rule: "prom-client-door", file: "src/kube/b.ts", text: imports("prom-client") },
  { rule: "tinyqueue-door", file: "src/controller/f.ts", text: imports("tinyqueue") },
  { rule: "commander-door", file: "src/controller/g.ts", text: imports("commander") },
  { rule: "cronstrue-door", file: "src/cli/b.ts", text: imports("cronstrue") },
  { rule: "winston-door", file: "src/controller/e.ts", text: imports("winston") },
  { rule: "src-stands-alone", file: "src/kube/c.ts", text: imports("../../dev/good.ts") },
  { rule: "src-tests-stay-beside", file: "src/kube/a.test.ts", text: imports("../../dev/good.ts") },
  { rule: "no-test-in-source", file: "src/kube/d.ts", text: imports("./good.test.ts") },
  { rule: "no-dev-package-in-source", file: "src/kube/e.ts", text: imports("vitest") },
  { rule: "examples-use-the-public-door", file: "examples/a.ts", text: imports("../src/zookeeper/good.ts") },
  { rule: "dev-below-demo-and-test", file: "dev/a.ts", text: imports("../test/support/good.ts") },
  { rule: "no-cycle", file: "src/shared/b.ts", text: imports("./c.ts") },
  { rule: "no-orphan", file: "src/shared/d.ts", text: "export const d = 1;\n" },
  { rule: "no-unresolvable", file: "src/shared/e.ts", text: imports("./nowhere.ts") },
];

/** What the planted files import, and imports that every rule lets pass. */
const allowed: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["crds", "protocol", "window", "zookeeper", "kube", "controller", "processor"].map((room) => [
      `src/${room}/good.ts`,
      `export { good } from "../shared/good.ts";\n`,
    ]),
  ),
  "src/shared/good.ts": "export const good = 1;\n",
  "src/shared/c.ts": imports("./b.ts"),
  "src/shared/log.ts": imports("winston"),
  "src/crds/types.ts": 'import type { anything } from "@kubernetes/client-node";\nexport type A = typeof anything;\n',
  "src/schedule/cron.ts": `${imports("croner")}${imports("node:crypto")}${imports("../crds/good.ts")}`,
  "src/kube/good.test.ts": `${imports("vitest")}${imports("../../test/support/good.ts")}${imports("../window/good.ts")}`,
  "src/kube/client.ts": `${imports("@kubernetes/client-node")}${imports("undici")}${imports("node:fs")}`,
  "src/zookeeper/client.ts": `${imports("node-zookeeper-client")}${imports("../protocol/good.ts")}`,
  "src/controller/main.ts": `${imports("prom-client")}${imports("../window/good.ts")}${imports("../kube/good.ts")}`,
  "src/controller/observe.ts": imports("../kube/good.ts"),
  "src/controller/timers.ts": imports("tinyqueue"),
  "src/processor/index.ts": imports("../zookeeper/good.ts"),
  "src/cli/main.ts": `${imports("commander")}${imports("../controller/observe.ts")}`,
  "src/cli/schedule-words.ts": imports("cronstrue"),
  "dev/good.ts": imports("../src/crds/good.ts"),
  "test/support/good.ts": imports("../../dev/good.ts"),
  "examples/good.ts": imports("../src/processor/index.ts"),
};

describe("the room rules", () => {
  test("each is broken by the import that is planted for it, and by nothing else", async () => {
    const files = Object.fromEntries(planted.map(({ file, text }) => [file, text]));
    const root = plantedTree({ ...standIns(), ...allowed, ...files }, ["tsconfig.json"]);

    const { findings } = await checkRooms(root);

    const found = new Set(findings.map(({ file, rule }) => `${file} ${rule}`));
    expect([...found].sort()).toEqual(planted.map(({ file, rule }) => `${file} ${rule}`).sort());
  });

  test("a finding carries the rule's comment", async () => {
    const root = plantedTree({ ...standIns(), ...allowed, "src/window/a.ts": imports("../kube/good.ts") }, ["tsconfig.json"]);
    const { findings } = await checkRooms(root);
    const finding = findings.find(({ rule }) => rule === "room-window");
    expect(finding?.message).toContain("src/controller/observe.ts gathers");
    expect(finding?.message).toContain("imports src/kube/good.ts");
  });

  test("a file that the tool passed over is a finding, and so is a tree without any", () => {
    expect(notLookedAt(["src/a.ts", "src/b.ts"], new Set(["src/a.ts"])).map(({ file, rule }) => `${file} ${rule}`)).toEqual([
      "src/b.ts not-cruised",
    ]);
    expect(notLookedAt([], new Set())).toHaveLength(1);
  });

  test("the tree of this project keeps them", async () => {
    const { modules, rules, findings } = await checkRooms(project);
    expect(findings.map(printed)).toEqual([]);
    expect(modules).toBeGreaterThan(40);
    expect([...rules.keys()].sort(), "each rule has an import planted for it").toEqual(
      [...new Set(planted.map(({ rule }) => rule))].sort(),
    );
    for (const [rule, comment] of rules) expect(comment.length, `${rule} says where the import belongs instead`).toBeGreaterThan(60);
  });
});
