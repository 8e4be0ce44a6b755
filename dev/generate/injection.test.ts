import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { cel, celLiteral } from "./cel.ts";
import { injectionManifest } from "./injection.ts";

describe("CEL literals", () => {
  test("name the path of each object, and quote texts", () => {
    const value = { name: 'a "b"', env: [{ name: "X" }], ready: true, seconds: 5 };
    expect(celLiteral(value, "Object.spec")).toBe(
      'Object.spec{name: "a \\"b\\"", env: [Object.spec.env{name: "X"}], ready: true, seconds: 5}',
    );
  });

  test("leave expressions as they are", () => {
    expect(celLiteral({ image: cel("variables.image") }, "Object.spec")).toBe("Object.spec{image: variables.image}");
  });

  test.each([undefined, 1.5, null])("do not know %s", (value) => {
    expect(() => celLiteral({ field: value }, "Object.spec")).toThrow("Object.spec.field");
  });
});

describe("the policies", () => {
  test("never stand in the way of a Pod that asks for nothing", () => {
    const [mutation, , validation] = parseAllDocuments(injectionManifest("1.2.3")).map((document) => document.toJS());
    expect(mutation.spec.failurePolicy).toBe("Ignore");
    expect(validation.spec).toMatchObject({ failurePolicy: "Fail", matchConditions: [{ name: "asks-for-a-gate" }] });
    expect(validation.spec.paramKind).toBeUndefined();
  });

  test("name the image of the project's version", () => {
    expect(injectionManifest("1.2.3")).toContain(`expression: '"exclusive-window:1.2.3"'`);
  });
});
