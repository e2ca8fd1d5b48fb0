import { defineConfig } from "vitest/config";

// What needs Java and Maven, and Python: the AWS adapters on DynamoDB Local and MiniStack. `npm run test:aws` runs it.
export default defineConfig({
  test: {
    include: ["test/aws/**/*.test.ts"],
    globalSetup: ["test/aws/dynamodb-local.ts", "test/aws/emulator.ts"],
    testTimeout: 60_000,
  },
});
