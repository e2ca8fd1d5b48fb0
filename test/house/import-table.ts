import { dirname, join, matchesGlob } from "node:path/posix";
import { parseSync, Visitor, type ESTree } from "rolldown/utils";

/** One import of a file. */
export interface ImportFound {
  /** As the source writes it; the source text of the expression where an `import(x)` computes it. */
  readonly specifier: string;
  /** A dynamic import is not loaded with the file. */
  readonly dynamic: boolean;
}

interface ImportRule {
  /** Globs over the path from the project's root. The first rule that matches a file judges it. */
  readonly files: readonly string[];
  /**
   * Globs over what a file may import: a path from the project's root, `node:*`, or `npm:` and a package.
   * `{own}` is the file's own folder, two names deep (`functions/decide`), three under `shared/adapters`.
   */
  readonly may: readonly string[];
  /** Taken out of `may` again, unless the import is dynamic. */
  readonly mustNot?: readonly string[];
}

const DOMAIN = ["shared/domain/**", "shared/ledger/**", "npm:zod/mini"];
const CONTRACTS = ["shared/ports/**", "shared/wire/**", ...DOMAIN];
const CDK = ["npm:aws-cdk-lib", "npm:aws-cdk-lib/**", "npm:constructs"];
const ANY_PACKAGE = ["npm:*", "npm:*/**", "node:*", "node:*/**"];
const HANDLER = [
  "shared/{domain,guardrails,ledger,names,ports,records,wire}/**",
  "shared/{names,wiring}.ts",
  "functions/http/**",
  "{own}/**",
  "npm:hono",
  "npm:hono/**",
  "npm:zod/mini",
];

/** The direction of imports: `domain, ledger, guardrails <- ports, wire <- records <- adapters, functions`. */
const importTable: readonly ImportRule[] = [
  { files: ["shared/ledger/**"], may: ["shared/ledger/**"] },
  { files: ["shared/domain/**"], may: DOMAIN },
  { files: ["shared/guardrails/**"], may: ["shared/guardrails/**", ...DOMAIN] },
  { files: ["shared/ports/**", "shared/wire/**"], may: CONTRACTS },
  { files: ["shared/records/**"], may: ["shared/records/**", "shared/wiring.ts", ...CONTRACTS] },
  { files: ["shared/wiring.ts"], may: ["shared/domain/**", "shared/ports/**", "shared/wire/**"] },
  { files: ["shared/names.ts", "shared/names/**"], may: ["shared/names/**"] },
  {
    // The files beside the families (`shared/adapters/store-limits.ts`) are what all of them share.
    files: ["shared/adapters/**"],
    may: [
      "{own}/**",
      "shared/adapters/*.ts",
      "shared/records/**",
      "shared/wiring.ts",
      ...CONTRACTS,
      ...ANY_PACKAGE,
    ],
  },
  {
    files: ["functions/*/index.ts"],
    may: [...HANDLER, "functions/lambda/**", "shared/adapters/**", "agents/catalog.ts"],
  },
  // What the index files share: it knows adapters and clients, and no function.
  { files: ["functions/lambda/**"], may: [...HANDLER, "shared/adapters/**", ...ANY_PACKAGE] },
  { files: ["functions/**"], may: HANDLER },
  {
    files: ["infra/**"],
    may: [
      "infra/**",
      "shared/wire/**",
      "shared/{names,wiring}.ts",
      "shared/names/**",
      "shared/domain/{*error*,principal}.ts",
      "agents/infra-catalog.ts",
      "npm:esbuild",
      "npm:zod/mini",
      "node:*",
      "node:*/**",
      ...CDK,
    ],
  },
  {
    files: ["web/**"],
    may: ["web/**", "shared/wire/**", "shared/ledger/**", "shared/domain/transitions.ts"],
  },
  {
    files: ["agents/*/infra.ts"],
    may: ["{own}/**", "shared/domain/**", ...CDK],
  },
  { files: ["agents/infra-catalog.ts"], may: ["agents/*/infra.ts"] },
  { files: ["agents/catalog.ts"], may: ["agents/*/agent.ts", "shared/domain/**"] },
  { files: ["agents/**"], may: ["{own}/**", "shared/domain/**", "npm:zod/mini"] },
  {
    files: ["local/**"],
    may: ["**", ...ANY_PACKAGE],
    mustNot: ["infra/**", ...CDK],
  },
  { files: ["bench/**", "bin/**", "test/**", "*.ts"], may: ["**", ...ANY_PACKAGE] },
];

/**
 * Judges a source text by the table.
 * @param file the path from the project's root, with `/` between names
 * @returns a line `file -> import (why)` per import that the table does not allow
 */
export function judgeImports(file: string, source: string): readonly string[] {
  const rule = importTable.find(({ files }) => files.some((glob) => matchesGlob(file, glob)));
  if (rule === undefined) return [`${file} -> anything (no rule of the import table covers this file)`];
  return findImports(file, source).flatMap(({ specifier, dynamic }) => {
    const why = refuseImport(file, rule, resolveImport(file, specifier), dynamic);
    return why === undefined ? [] : [`${file} -> ${specifier} (${why})`];
  });
}

/** Finds every import of a source text in the order it is written, type imports and re-exports too. */
export function findImports(file: string, source: string): readonly ImportFound[] {
  const { program, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file} cannot be parsed: ${errors[0].message}`);
  const found: ImportFound[] = [];
  const add = (from: ESTree.Expression | null, dynamic: boolean): void => {
    if (from === null) return;
    const isText = from.type === "Literal" && typeof from.value === "string";
    found.push({ specifier: isText ? String(from.value) : source.slice(from.start, from.end), dynamic });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, false),
    ExportAllDeclaration: (node) => add(node.source, false),
    ExportNamedDeclaration: (node) => add(node.source, false),
    ImportExpression: (node) => add(node.source, true),
    TSImportType: (node) => add(node.source, false),
  }).visit(program);
  return found;
}

function resolveImport(file: string, specifier: string): string {
  if (specifier.startsWith(".")) return join(dirname(file), specifier);
  return specifier.startsWith("node:") ? specifier : `npm:${specifier}`;
}

function refuseImport(file: string, rule: ImportRule, target: string, dynamic: boolean): string | undefined {
  const own = file
    .split("/")
    .slice(0, file.startsWith("shared/adapters/") ? 3 : 2)
    .join("/");
  const matches = (glob: string): boolean => matchesGlob(target, glob.replace("{own}", own));
  if (!rule.may.some(matches)) return `${rule.files.join(", ")} may import ${rule.may.join(", ")}`;
  if (!dynamic && rule.mustNot?.some(matches)) return "only with a dynamic import, or in a child process";
  return undefined;
}
