import { spawnSync } from "node:child_process";
import { join } from "node:path";

export type RunGo = (...args: readonly string[]) => {
  readonly status: number | null;
  readonly stdout: string;
};

/** Builds the Go program into the directory; it exits with 0 if something verifies, 1 if not, 2 if it is unusable. */
export function buildVerifier(directory: string): RunGo {
  const program = join(directory, "verify");
  const source = join(import.meta.dirname, "go");
  const built = spawnSync("go", ["build", "-buildvcs=false", "-o", program, "."], {
    cwd: source,
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`go build failed: ${built.error?.message ?? built.stderr}`);
  return (...args) => {
    const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
    return { status, stdout: stdout.trimEnd() };
  };
}
