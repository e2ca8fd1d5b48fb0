import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { type AssetCode, Code } from "aws-cdk-lib/aws-lambda";
import { type BuildOptions, buildSync } from "esbuild";

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/**
 * How a function becomes one file; `bench/bundle-functions.ts` measures and tests the same bytes. The AWS SDK goes in
 * too: the version that was tested runs, and loading what is used of it starts sooner than the runtime's whole copy.
 */
export const bundling: BuildOptions = {
  absWorkingDir: projectRoot,
  bundle: true,
  format: "esm",
  logLevel: "warning",
  mainFields: ["module", "main"],
  minify: true,
  platform: "node",
  target: "node24",
};

/**
 * The code of the function in the folder `functions/<name>`. What is deployed is known by the hash of the bundle, so a
 * change that does not reach it deploys nothing. CDK's NodejsFunction does the same through npx, which takes a second
 * more for each function.
 */
export function bundleFunction(name: string): AssetCode {
  const folder = join(projectRoot, "functions", name);
  // CDK bundles a folder only once, so each function's is its own.
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Wanted by CDK for a machine that cannot bundle by itself; every one of ours can.
      image: DockerImage.fromRegistry("unused"),
      local: {
        tryBundle(outputDirectory: string): boolean {
          const outfile = join(outputDirectory, "index.mjs");
          buildSync({ ...bundling, entryPoints: [join(folder, "index.ts")], outfile });
          return true;
        },
      },
    },
  });
}
