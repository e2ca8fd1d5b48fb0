import { defineConfig } from "vitest/config";

// `npm test` runs everything but what needs more than Node: those suites have commands of their own.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/aws/**", "test/deploy/**", "test/e2e/**", "test/interop/**", "test/kill/**"],
    testTimeout: 20_000,
  },
});
