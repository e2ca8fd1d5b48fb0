import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readConfig } from "../../infra/config.ts";
import { listFunctions } from "../../infra/constructs/function-kinds.ts";
import { readContext } from "../machines/synthesize-run.ts";

// `npm run lint:templates`: the CDK app gives the same files twice, and cfn-lint finds nothing to say about them.

const here = import.meta.dirname;
const projectRoot = join(here, "../..");
const requirements = join(here, "requirements.txt");

/** Settings that change what is in the templates. */
const variants: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  default: {},
  elsewhere: { issuer: "https://id.example.com", clientIds: "web", spanTransport: "direct" },
  openLog: { publicLog: "on", logLock: "compliance", logLockYears: 10 },
  trial: {
    retention: "destroy",
    machineClient: "on",
    alarmEmail: "ops@example.com",
    modelKeySecret: "countersign/model-key",
  },
};

/** What cfn-lint says of every CDK template, and of none by hand. */
const passedOver = [
  // CDK writes down the order that a reference says already.
  "W3005",
];

const scratch = mkdtempSync(join(tmpdir(), "countersign-templates-"));
try {
  const [first, second, ...others] = await Promise.all([
    synthesize("first", {}, { withBundles: true }),
    synthesize("second", {}, { withBundles: true }),
    ...Object.entries(variants).map(([name, settings]) => synthesize(name, settings, { withBundles: false })),
  ]);
  compare(first, second);
  await lint([first, ...others]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** `cdk synth` without its CLI; answers the directory it wrote. */
async function synthesize(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  { withBundles }: { readonly withBundles: boolean },
): Promise<string> {
  const directory = join(scratch, name);
  const { "aws:cdk:bundling-stacks": noBundles, ...flags } = readContext();
  const context = {
    ...flags,
    ...(!withBundles && { "aws:cdk:bundling-stacks": noBundles }),
    countersign: settings,
  };
  const environment = { CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(context) };
  await run(process.execPath, [join("infra", "app.ts")], environment);
  return directory;
}

/** Throws for the first file that the two directories do not share to the byte. */
function compare(first: string, second: string): void {
  const list = (directory: string) => globSync("**/*.{json,mjs}", { cwd: directory }).toSorted();
  const files = list(first);
  if (files.join() !== list(second).join()) throw new Error("Two syntheses wrote files of different names.");
  for (const file of files) {
    if (readFileSync(join(first, file)).equals(readFileSync(join(second, file)))) continue;
    throw new Error(`Two syntheses wrote different ${file}: a second \`cdk diff\` would not be empty.`);
  }
  const bundles = files.filter((file) => file.endsWith(".mjs")).length;
  const expected = listFunctions(readConfig({})).length;
  if (bundles !== expected) throw new Error(`${expected} functions have ${bundles} bundles.`);
  console.log(`Two syntheses are the same: ${files.length} files, ${bundles} of them bundles.`);
}

async function lint(directories: readonly string[]): Promise<void> {
  const templates = directories.flatMap((directory) =>
    globSync("*.template.json", { cwd: directory }).map((file) => join(directory, file)),
  );
  const python = await installLinter();
  // Handed to Python, since the program's first line names the directory that it was installed under.
  const program = join(dirname(python), "cfn-lint");
  await run(python, [program, "--ignore-checks", ...passedOver, "--", ...templates]);
  console.log(`cfn-lint finds nothing in ${templates.length} templates.`);
}

/** Python with cfn-lint, in a virtual environment of its own that is made anew when requirements.txt changes. */
async function installLinter(): Promise<string> {
  const version = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const environment = join(projectRoot, ".cache", "cfn-lint", version);
  const python = join(environment, "bin", "python");
  if (existsSync(python)) return python;
  if (spawnSync("python3", ["-c", "import ensurepip, venv"], { stdio: "ignore" }).status !== 0) {
    throw new Error(
      "cfn-lint needs Python 3 with venv and pip: install it (Debian: python3 and python3-venv).",
    );
  }
  // Under another name first: an installation that was broken off is never taken for a whole one.
  const unfinished = `${environment}.${process.pid}.unfinished`;
  const pip = ["-m", "pip", "--disable-pip-version-check", "--quiet"];
  await run("python3", ["-m", "venv", "--clear", unfinished]);
  await run(join(unfinished, "bin", "python"), [...pip, "install", "--no-deps", "-r", requirements]);
  renameSync(unfinished, environment);
  return python;
}

async function run(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const env = { ...process.env, ...environment };
  const child = spawn(program, parameters, { cwd: projectRoot, stdio: "inherit", env });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  if (code !== 0) throw new Error(`${program} ${parameters[0] ?? ""} ended with ${code}.`);
}
