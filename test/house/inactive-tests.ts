import { parseSync, Visitor } from "rolldown/utils";

const testFunctions = new Set(["bench", "describe", "it", "suite", "test"]);
const inactiveForms = new Set(["fails", "only", "runIf", "skip", "skipIf", "todo"]);
const inactiveNames = new Set(["fdescribe", "fit", "xdescribe", "xit", "xtest"]);

/**
 * Finds the tests of a source text that do not always run and count, or that keep others from running.
 * @returns what the source calls there, such as `test.skip`
 */
export function findInactiveTests(file: string, source: string): readonly string[] {
  const found: string[] = [];
  new Visitor({
    MemberExpression: ({ object, property, start, end }) => {
      if (property.type !== "Identifier" || !inactiveForms.has(property.name)) return;
      const [root] = source.slice(object.start, object.end).split(/\W/);
      if (root !== undefined && testFunctions.has(root)) found.push(source.slice(start, end));
    },
    CallExpression: ({ callee }) => {
      if (callee.type === "Identifier" && inactiveNames.has(callee.name)) found.push(callee.name);
    },
  }).visit(parseSync(file, source).program);
  return found;
}
