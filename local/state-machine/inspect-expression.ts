/** The members of `$states`; which of them a field may read depends on the field. */
export type StatesField = "input" | "result" | "errorOutput" | "context";

/**
 * Finds what AWS refuses or leaves undefined in a JSONata syntax tree: `$eval`, `$$`, the input document (`$` or an
 * unqualified name at the top level), and members of `$states` that the field cannot read. Undefined = nothing found.
 */
export function inspectExpression(tree: unknown, readable: readonly StatesField[]): string | undefined {
  return findForbiddenVariable(tree, readable, new Set()) ?? findInputDocument(tree);
}

function findForbiddenVariable(
  node: unknown,
  readable: readonly StatesField[],
  seen: Set<unknown>,
): string | undefined {
  if (typeof node !== "object" || node === null || seen.has(node)) return undefined;
  seen.add(node);
  if (isNode(node)) {
    if (node.type === "variable" && node.value === "eval")
      return "uses $eval, which AWS does not have; use $parse";
    if (node.type === "variable" && node.value === "$")
      return "uses $$, but there is no input document; use $states.input";
    const member = readStatesMember(node);
    if (member !== undefined && !readable.some((field) => field === member)) {
      return `reads $states.${member}, which this field does not have (it has ${readable.join(", ")})`;
    }
  }
  for (const child of Object.values(node)) {
    const found = findForbiddenVariable(child, readable, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `$states.x` is a path whose first step is the variable and whose second is the name. */
function readStatesMember(node: SyntaxNode): string | undefined {
  const [first, second] = readSteps(node);
  if (first?.type !== "variable" || first.value !== "states" || second?.type !== "name") return undefined;
  return typeof second.value === "string" ? second.value : undefined;
}

/** Follows only the places whose context is still the (absent) input document. */
function findInputDocument(node: unknown): string | undefined {
  if (Array.isArray(node)) return findFirst(node, findInputDocument);
  if (!isNode(node)) return undefined;
  switch (node.type) {
    case "path":
      return findInputDocument(readSteps(node)[0]);
    case "name":
      return `reads "${String(node.value)}" from an input document, but there is none; use $states.input.${String(node.value)}`;
    case "wildcard":
    case "descendant":
      return "reads from an input document, but there is none; start with $states.input or a variable";
    case "variable":
      return node.value === ""
        ? "reads $ at its top level, but there is no input document; use $states.input"
        : undefined;
    case "unary":
    case "binary":
    case "apply":
    case "bind":
    case "condition":
    case "block":
    case "function":
    case "partial":
      return findFirst(
        [
          node.lhs,
          node.rhs,
          node.expression,
          node.expressions,
          node.arguments,
          node.condition,
          node.then,
          node.else,
        ],
        findInputDocument,
      );
    default:
      return undefined;
  }
}

/** The parts of JSONata's syntax tree that are followed; the library's own type lacks several of them. */
interface SyntaxNode {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: unknown;
  readonly lhs?: unknown;
  readonly rhs?: unknown;
  readonly expression?: unknown;
  readonly expressions?: unknown;
  readonly arguments?: unknown;
  readonly condition?: unknown;
  readonly then?: unknown;
  readonly else?: unknown;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function readSteps(node: SyntaxNode): readonly SyntaxNode[] {
  return node.type === "path" && Array.isArray(node.steps) ? node.steps.filter(isNode) : [];
}

function findFirst(
  nodes: readonly unknown[],
  find: (node: unknown) => string | undefined,
): string | undefined {
  for (const node of nodes) {
    const found = find(node);
    if (found !== undefined) return found;
  }
  return undefined;
}
