// Which tests belong to which project. Projects differ in what they need: nothing, a ZooKeeper, a cluster.
// No retries anywhere: a test that fails now and then is a defect of the test or of the code.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
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
          // One cluster is shared: one story at a time.
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
