import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundling } from "../infra/constructs/bundling.ts";
import { type FunctionName, functions } from "../shared/wiring.ts";

export interface Bundle {
  readonly name: FunctionName;
  /** What is deployed, as `index.mjs`. */
  readonly contents: Uint8Array;
  readonly gzipBytes: number;
  /** Files of which something is left in the bundle, from the project's root. */
  readonly inputs: readonly string[];
  /** What the bundle imports when it runs, such as `node:crypto`. */
  readonly imports: readonly string[];
}

/** Every function of shared/wiring.ts. */
export const functionNames = Object.keys(functions).filter(isFunctionName);

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

/**
 * Bundles every function of shared/wiring.ts as the CDK app does, in memory. The CDK runs esbuild once for each; here
 * one run makes all of them, which gives the same bytes and reads what they share once.
 */
export async function bundleFunctions(): Promise<readonly Bundle[]> {
  const { metafile, outputFiles } = await build({
    ...bundling,
    entryPoints: functionNames.map((name) => ({ in: join("functions", name, "index.ts"), out: name })),
    outdir: "bundles",
    outExtension: { ".js": ".mjs" },
    logLevel: "silent",
    metafile: true,
    write: false,
  });
  return functionNames.map((name): Bundle => {
    const file = outputFiles.find(({ path }) => basename(path) === `${name}.mjs`);
    const output = metafile.outputs[`bundles/${name}.mjs`];
    if (file === undefined || output === undefined)
      throw new Error(`esbuild wrote nothing for functions/${name}/index.ts.`);
    return {
      name,
      contents: file.contents,
      gzipBytes: gzipSync(file.contents).length,
      inputs: Object.keys(output.inputs).filter((input) => output.inputs[input]?.bytesInOutput !== 0),
      imports: output.imports.map(({ path }) => path),
    };
  });
}
