import * as z from "zod/mini";
import { defineTool } from "../../../shared/domain/tool.ts";
import { codeOf, inputOf, lineOf } from "../inputs.ts";

const types = ["string", "integer", "number", "boolean", "date"] as const;
const fieldsError = "give a list of 1 to 10 fields with different names.";

const field = inputOf({
  name: codeOf(
    /^[a-z][a-z0-9_]{0,63}$/,
    "the field's name of a-z, 0-9 and underscore, 64 characters at most",
  ),
  type: z.enum(types, { error: `write one of ${types.join(", ")}.` }),
  description: lineOf("what to fill in", 200),
});

export const getUserInput = defineTool({
  name: "get_user_input",
  description: "Asks the person to fill in a few typed fields.",
  requiresUserInput: true,
  risk: "low",
  reversible: true,
  input: inputOf({
    fields: z.array(field, { error: fieldsError }).check(
      z.minLength(1, { error: fieldsError, abort: true }),
      z.maxLength(10, { error: fieldsError, abort: true }),
      z.refine((fields) => new Set(fields.map(({ name }) => name)).size === fields.length, {
        error: fieldsError,
      }),
    ),
  }),
  effect: (input) => `Ask the person for ${input.fields.map(({ name }) => name).join(", ")}.`,
  run: async () => {
    throw new Error("get_user_input is answered by a person: nothing runs here.");
  },
});
