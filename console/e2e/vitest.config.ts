import { defineConfig } from "vitest/config";

// One browser and one server: the tests run one after the other, in the order they are written.
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    globalSetup: ["e2e/setup.ts"],
    environment: "node",
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As patient as the browser's own waits: a busy machine is no defect.
    expect: { poll: { timeout: 15_000 } },
  },
});
