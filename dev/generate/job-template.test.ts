import { describe, expect, test } from "vitest";
import { reduce } from "./job-template.ts";

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const metadata = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const pod = "io.k8s.api.core.v1.PodSpec";

const schemas = {
  [metadata]: { type: "object", properties: { name: { type: "string" }, labels: { type: "object" } } },
  [quantity]: { oneOf: [{ type: "string" }, { type: "number" }], description: "long" },
  Port: {
    type: "object",
    required: ["containerPort"],
    properties: { containerPort: { type: "integer", format: "int32", default: 0 }, protocol: { type: "string", default: "TCP" } },
  },
  Secret: { type: "object", properties: { name: { type: "string", default: "" } } },
  [pod]: {
    type: "object",
    properties: {
      ephemeralContainers: { type: "array", items: { type: "object" } },
      metadata: { allOf: [ref(metadata)], default: {}, description: "Of the object. More info: https://example.com" },
      limits: { type: "object", additionalProperties: ref(quantity), description: "Limits, e.g. of memory. See below." },
      ports: {
        type: "array",
        items: { allOf: [ref("Port")], default: {} },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
        "x-kubernetes-patch-merge-key": "containerPort",
      },
      secrets: {
        type: "array",
        items: ref("Secret"),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      },
    },
  },
};

const fields = reduce(schemas, pod).properties;

describe("the reduced schema", () => {
  test("keeps of metadata the labels and annotations", () => {
    const texts = { type: "object", additionalProperties: { type: "string" } };
    expect(fields).toMatchObject({ metadata: { type: "object", properties: { annotations: texts, labels: texts } } });
    expect(fields).not.toHaveProperty("metadata.properties.name");
  });

  test("keeps the first sentence of a text, past its abbreviations", () => {
    expect(fields).toMatchObject({ metadata: { description: "Of the object." }, limits: { description: "Limits, e.g. of memory." } });
  });

  test("takes a quantity as a number or a text", () => {
    expect(fields).toHaveProperty("limits.additionalProperties", { "x-kubernetes-int-or-string": true });
  });

  test("requires the keys of a list that is merged by them, or fills them in", () => {
    expect(fields).toHaveProperty("secrets.items.required", ["name"]);
    expect(fields).toHaveProperty("ports.items", {
      type: "object",
      required: ["containerPort"],
      properties: { containerPort: { type: "integer", format: "int32" }, protocol: { type: "string", default: "TCP" } },
    });
  });

  test("has no default but those, and nothing that a definition may not say", () => {
    expect(JSON.stringify(fields).match(/"default"/g)).toHaveLength(1);
    expect(JSON.stringify(fields)).not.toMatch(/allOf|\$ref|oneOf|patch-merge/);
  });

  test("leaves out what the Pods of a Job can never have", () => {
    expect(fields).not.toHaveProperty("ephemeralContainers");
  });
});
