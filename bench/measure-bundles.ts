import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFunctions } from "./bundle-functions.ts";
import { timeStarts } from "./time-starts.ts";

// `npm run bundles` rewrites docs/bundle-sizes.md.
const bundles = await bundleFunctions();
const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);
const sizes = bundles.map(
  ({ name, contents, gzipBytes }) =>
    `| \`${name}\` | ${kilobytes(contents.length)} | ${kilobytes(gzipBytes)} |`,
);

const timed = ["end-run", "serve-reads", "take-agent-steps"];
const contentsOf = bundles.flatMap(({ name, contents }) =>
  timed.includes(name) ? [[name, contents] as const] : [],
);
const starts = timeStarts({ "an empty file": new Uint8Array(), ...Object.fromEntries(contentsOf) });
const times = Object.entries(starts).map(
  ([name, milliseconds]) =>
    `| ${name === "an empty file" ? name : `\`${name}\``} | ${milliseconds.toFixed(0)} |`,
);

await writeFile(
  join(import.meta.dirname, "../docs/bundle-sizes.md"),
  `# Sizes of the function bundles

\`npm run bundles\` writes these tables. Each \`functions/<name>/index.ts\` is bundled with all it imports by esbuild as the
CDK app does it: ESM, minified, no source map, the AWS SDK included, so that nothing is resolved from folders when a
function starts. kB are 1,000 bytes.

| function | kB | kB gzipped |
|---|--:|--:|
${sizes.join("\n")}

## Start

From the start of a Node process to its end, where it imports one bundle and does nothing with it: the shortest of 20
times, in milliseconds. What Lambda adds before it starts Node is not in it.

| bundle | ms |
|---|--:|
${times.join("\n")}
`,
);
