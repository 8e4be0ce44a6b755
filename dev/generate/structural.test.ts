import { describe, expect, test } from "vitest";
import { z } from "zod";
import { structural } from "./structural.ts";

describe("a structural schema", () => {
  test("says int32 and int64 by format, and bounds only where a bound was meant", () => {
    const schema = structural(z.object({ a: z.int32(), b: z.int(), c: z.int32().min(0).max(9) }));
    expect(schema.properties).toEqual({
      a: { type: "integer", format: "int32" },
      b: { type: "integer", format: "int64" },
      c: { type: "integer", format: "int32", minimum: 0, maximum: 9 },
    });
  });

  test("requires what has neither a default nor is optional", () => {
    const schema = structural(z.object({ a: z.string(), b: z.string().default("x"), c: z.string().optional() }));
    expect(schema.required).toEqual(["a"]);
    expect(schema.properties).toMatchObject({ b: { default: "x" } });
  });

  test("gives every list a type, and keeps the one that it was given", () => {
    const named = z
      .array(z.object({ a: z.string() }))
      .max(2)
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"] });
    const schema = structural(z.object({ plain: z.array(z.string()).max(2), named }));
    expect(schema.properties).toMatchObject({
      plain: { "x-kubernetes-list-type": "atomic", items: { type: "string" } },
      named: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"] },
    });
  });

  test.each([
    { what: "a union", schema: z.object({ a: z.union([z.string(), z.boolean()]) }), says: ".a" },
    { what: "a strict object", schema: z.object({ a: z.strictObject({}) }), says: "additionalProperties" },
    { what: "an object without fields", schema: z.object({ a: z.record(z.string(), z.string()) }), says: ".a" },
    { what: "a list without a bound", schema: z.object({ a: z.array(z.string()) }), says: "needs a bound" },
    { what: "a value without a type", schema: z.object({ a: z.object({ b: z.unknown() }) }), says: ".a.b: a field needs a type" },
  ])("is refused for $what", ({ schema, says }) => {
    expect(() => structural(schema)).toThrow(says);
  });
});
