import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundling } from "../infra/constructs/bundling.ts";
import { functions } from "../shared/wiring.ts";

const projectRoot = join(import.meta.dirname, "..");

export interface Bundle {
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Files of which something is left in the bundle, from the project's root. */
  readonly inputs: readonly string[];
  /** What the bundle imports when it runs, such as `node:crypto`. */
  readonly imports: readonly string[];
}

/** Bundles every function of shared/wiring.ts that has a handler, as the CDK app does, in memory. */
export async function bundleFunctions(): Promise<readonly Bundle[]> {
  const names = Object.keys(functions).filter((name) => existsSync(join(projectRoot, entryOf(name))));
  const bundles: Bundle[] = [];
  for (const name of names) bundles.push(await bundleFunction(name));
  return bundles;
}

function entryOf(name: string): string {
  return join("functions", name, "handler.ts");
}

async function bundleFunction(name: string): Promise<Bundle> {
  const { externalModules, mainFields, minify, target } = bundling;
  const { metafile, outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: [entryOf(name)],
    outfile: `${name}.mjs`,
    bundle: true,
    external: externalModules,
    format: "esm",
    logLevel: "silent",
    mainFields,
    metafile: true,
    minify,
    platform: "node",
    target,
    write: false,
  });
  const outputs = Object.values(metafile.outputs);
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild wrote nothing for functions/${name}/handler.ts.`);
  return {
    name,
    bytes: file.contents.length,
    gzipBytes: gzipSync(file.contents).length,
    inputs: outputs.flatMap(({ inputs }) =>
      Object.keys(inputs).filter((input) => inputs[input]?.bytesInOutput !== 0),
    ),
    imports: outputs.flatMap(({ imports }) => imports.map(({ path }) => path)),
  };
}
