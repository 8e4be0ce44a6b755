import { describe, expect, test } from "vitest";
import { readWindowFile } from "./window-file.ts";

function window(name: string, spec: object): string {
  return JSON.stringify({
    apiVersion: "exclusivewindow.dev/v1alpha1",
    kind: "ExclusiveWindow",
    metadata: { name, namespace: "orders" },
    spec,
  });
}

const nightly = window("nightly", { schedule: "0 2 * * *", timeZone: "Europe/Copenhagen" });

/** A line for each window, or the problem. */
function read(text: string): readonly string[] {
  const file = readWindowFile(text, "window.yaml");
  if (file.kind === "problem") return [file.message];
  return file.windows.map(
    ({ name, schedule, suspended }) => `${name} ${schedule.expression} ${schedule.timeZone}${suspended ? " suspended" : ""}`,
  );
}

describe("the windows of a manifest", () => {
  test("are read from YAML, with the default zone", () => {
    const text =
      "apiVersion: exclusivewindow.dev/v1alpha1\nkind: ExclusiveWindow\nmetadata: {name: a}\nspec:\n  schedule: 0 2 * * *\n  suspend: true\n";
    expect(read(text)).toEqual(["a 0 2 * * * UTC suspended"]);
  });

  test("are found among other objects, in documents and in lists", () => {
    const list = `{"apiVersion":"v1","kind":"List","items":[${window("weekly", { schedule: "@weekly" })},{"kind":"Job"},7]}`;
    expect(read(`kind: Namespace\n---\n${nightly}\n---\n\n---\n${list}\n`)).toEqual([
      "orders/nightly 0 2 * * * Europe/Copenhagen",
      "orders/weekly @weekly UTC",
    ]);
  });

  test.each([
    ["the schedule is missing", window("a", {}), /^window.yaml: ExclusiveWindow orders\/a: spec.schedule: .*expected string/],
    ["there is no spec", nightly.replace("spec", "specs"), /orders\/nightly: spec.schedule: /],
    ["the schedule is no text", window("a", { schedule: 5 }), /spec.schedule 5: /],
    ["the schedule cannot be read", window("a", { schedule: "60 * * * *" }), /spec.schedule "60 \* \* \* \*": .*minute/],
    ["the zone is none", window("a", { schedule: "@daily", timeZone: "Mars/Olympus" }), /spec.timeZone "Mars\/Olympus": .*IANA/],
    ["the schedule names a zone", window("a", { schedule: "TZ=UTC 0 2 * * *" }), /spec.schedule "TZ=UTC .*put the zone in spec.timeZone/],
    ["one of several is wrong", `${nightly}\n---\n${window("b", { schedule: "x" })}`, /orders\/b: spec.schedule "x"/],
    ["there is none", "kind: Job\n", /^window.yaml: holds no ExclusiveWindow of exclusivewindow.dev$/],
    ["it is another's kind", nightly.replace("exclusivewindow.dev", "example.org"), /holds no ExclusiveWindow/],
    ["it is empty", "", /holds no ExclusiveWindow/],
    ["it is no YAML", "a: [\n", /^window.yaml: is not YAML: .* line 2/],
    ["a name in it leads nowhere", "a: *b\n", /^window.yaml: is not YAML: Unresolved alias/],
  ])("are refused where %s", (_, text, message) => {
    expect(read(text)).toEqual([expect.stringMatching(message)]);
  });
});
