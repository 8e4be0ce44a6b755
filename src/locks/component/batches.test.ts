// Which ids and names stand for themselves, and which are reported.
import { expect, test } from "vitest";
import { componentProblem, readListing } from "./batches.ts";

test("an id is taken as it is or reported, and each is taken once", () => {
  const told = ["B400022028241-RT1", "a b", "B1", "B400022028241-RT1", "..", "../x", "a/b", "B2\r", "é", "x".repeat(65), "_.-", "a b"];
  const { ids, bad } = readListing(told);
  expect(ids).toEqual(["B400022028241-RT1", "B1", "_.-"]);
  expect(bad.map(({ id }) => id)).toEqual(["a b", "..", "../x", "a/b", "B2\r", "é", "x".repeat(65)]);
  expect(bad[4]?.message).toContain('batch "B2\\r" was passed over');
});

test.each([
  { root: "", name: "SampleComponent", problem: undefined },
  { root: "/batches/eu", name: "SampleComponent", problem: undefined },
  { root: "", name: "SBOI", problem: "its batches would stand among" },
  { root: "", name: "a/b", problem: "use 1 to 64 of" },
  { root: "", name: "zookeeper", problem: "belongs to the ZooKeeper servers" },
  { root: "batches", name: "A", problem: "is not absolute" },
  { root: "/", name: "A", problem: "has the segment" },
  { root: "/exclusive-windows/_held", name: "A", problem: "the controller's own" },
])("component $name below '$root'", ({ root, name, problem }) => {
  const said = componentProblem(root, name);
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(problem);
});
