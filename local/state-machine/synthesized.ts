import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { defaultPrefix, runMachineNameOf } from "../../shared/names.ts";
import { resolveStateMachine } from "./resolve-template.ts";

/** The state machine `run` as `infra` synthesizes it, with names in the place of CloudFormation's references. */
export interface SynthesizedMachine {
  readonly name: string;
  /** In the Amazon States Language; `FunctionName` is the physical name of `shared/names.ts`. */
  readonly definition: unknown;
}

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/** All that the definition is made from; the functions' own code is not. */
const sources = [
  "cdk.json",
  "infra/**/*.ts",
  "local/state-machine/{resolve-template,synthesized}.ts",
  "package-lock.json",
  "shared/domain/errors.ts",
  "shared/{names,wiring}.ts",
];

const machineSchema = z.strictObject({ name: z.string(), definition: z.record(z.string(), z.unknown()) });
const cdkSettingsSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/**
 * The machine that a deployment would get, from the cache or, when a source of it changed, synthesized in a child
 * process (about three seconds and 430 MB for the moment; no account, no network). Processes that start at once may
 * each synthesize it and write the same file. Throws an Error with what the synthesis printed.
 */
export async function loadSynthesizedMachine(options: {
  readonly cacheDirectory: string;
}): Promise<SynthesizedMachine> {
  const cached = join(options.cacheDirectory, `run-${await hashSources()}.json`);
  const known = await readCached(cached);
  if (known !== undefined) return known;

  const machine = machineSchema.parse(await synthesize());
  await mkdir(options.cacheDirectory, { recursive: true });
  await writeWhole(cached, JSON.stringify(machine));
  return machine;
}

async function hashSources(): Promise<string> {
  const files: string[] = [];
  for await (const file of glob(sources, { cwd: projectRoot })) files.push(file.replaceAll("\\", "/"));
  const hash = createHash("sha256");
  for (const file of files.toSorted()) {
    const content = await readFile(join(projectRoot, file));
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** A file that is absent or was cut short by a crash of the whole machine is written anew. */
async function readCached(path: string): Promise<SynthesizedMachine | undefined> {
  try {
    return machineSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** A reader sees the old file or the new one, never a part. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

async function synthesize(): Promise<SynthesizedMachine> {
  const outputDirectory = await mkdtemp(join(tmpdir(), "countersign-synthesis-"));
  try {
    await runApp(outputDirectory);
    const template: unknown = JSON.parse(await readFile(join(outputDirectory, "Run.template.json"), "utf8"));
    return resolveStateMachine(template, runMachineNameOf(defaultPrefix));
  } finally {
    await rm(outputDirectory, { recursive: true, force: true });
  }
}

/** `cdk synth` without its CLI: the app of the machine alone writes the template, with the flags of cdk.json. */
async function runApp(outputDirectory: string): Promise<void> {
  const settings = cdkSettingsSchema.parse(JSON.parse(await readFile(join(projectRoot, "cdk.json"), "utf8")));
  const app = spawn(process.execPath, [join("infra", "run-machine-app.ts")], {
    cwd: projectRoot,
    env: { ...process.env, CDK_OUTDIR: outputDirectory, CDK_CONTEXT_JSON: JSON.stringify(settings.context) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const { ending, printed } = await waitForEnd(app);
  if (ending === "exit code 0") return;
  throw new Error(
    `The state machine could not be synthesized (infra/run-machine-app.ts: ${ending}).\n${printed}`.trimEnd(),
  );
}

function waitForEnd(app: ChildProcess): Promise<{ readonly ending: string; readonly printed: string }> {
  return new Promise((resolve) => {
    let printed = "";
    app.stderr?.setEncoding("utf8").on("data", (text: string) => (printed += text));
    app.once("error", (error) => resolve({ ending: error.message, printed }));
    app.once("close", (code, signal) =>
      resolve({ ending: code === null ? `${signal}` : `exit code ${code}`, printed }),
    );
  });
}
