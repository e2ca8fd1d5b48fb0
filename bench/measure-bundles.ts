import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFunctions } from "./bundle-functions.ts";

// `npm run bundles` rewrites docs/bundle-sizes.md.
const bundles = await bundleFunctions();
const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);
const rows = bundles.map(
  ({ name, bytes, gzipBytes }) => `| \`${name}\` | ${kilobytes(bytes)} | ${kilobytes(gzipBytes)} |`,
);

await writeFile(
  join(import.meta.dirname, "../docs/bundle-sizes.md"),
  `# Sizes of the function bundles

\`npm run bundles\` writes this table: each \`functions/<name>/handler.ts\` with all it imports, bundled by esbuild as the
CDK app does it (ESM, minified, no source map, the AWS SDK left to the runtime). kB are 1,000 bytes.

| function | kB | kB gzipped |
|---|--:|--:|
${rows.join("\n")}
`,
);
