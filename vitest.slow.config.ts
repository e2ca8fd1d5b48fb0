import { defineConfig } from "vitest/config";

// What takes minutes: processes that are killed and started again. `npm run test:kill` names the folder.
export default defineConfig({
  test: {
    include: ["test/{interop,kill}/**/*.test.ts"],
    testTimeout: 90_000,
    // Each test has a process or two of its own.
    maxConcurrency: 2,
    fileParallelism: false,
    reporters: ["verbose"],
    disableConsoleIntercept: true,
  },
});
