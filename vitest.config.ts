// Which tests belong to which project. Projects differ in what they need: nothing, a ZooKeeper, a cluster.
// No retries anywhere: a test that fails now and then is a defect of the test or of the code.
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Minutes each: begun last, they would run on alone. */
const longest = ["chaos.test.ts", "crash-matrix.test.ts", "outages.test.ts"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    passWithNoTests: false,
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "dev/**/*.test.ts",
            "demo/**/*.test.ts",
            "examples/**/*.test.ts",
            "test/{support,chaos,crash,model}/**/*.test.ts",
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          // Planted violations: each test starts a tool of its own.
          name: "checks",
          include: ["test/checks/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts", "test/manifests/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          // Each story has a namespace, a ZooKeeper and controllers of its own in the one cluster.
          name: "e2e",
          include: ["test/e2e/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          // These stop the cluster's node, or install a controller that looks after every namespace: nothing runs beside them.
          name: "e2e-alone",
          include: ["test/e2e/alone/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
