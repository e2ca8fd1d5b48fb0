import { defineConfig } from "vitest/config";

// What needs Python: the README's story on a deployment in the emulator. `npm run test:deploy` runs it.
export default defineConfig({
  test: {
    include: ["test/deploy/**/*.test.ts"],
    // The first start installs the emulator from PyPI; a killed call comes again when its lease is over, after 65 s.
    hookTimeout: 300_000,
    testTimeout: 180_000,
    reporters: ["verbose"],
    disableConsoleIntercept: true,
  },
});
