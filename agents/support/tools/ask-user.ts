import * as z from "zod/mini";
import { defineTool } from "../../../shared/domain/tool.ts";
import { inputOf, lineOf } from "../inputs.ts";

const questionsError = "give a list of 1 to 4 questions.";
const optionsError = "give a list of 2 to 4 different options.";

const question = inputOf({
  question: lineOf("the question", 300),
  options: z.array(lineOf("an option", 100), { error: optionsError }).check(
    z.minLength(2, { error: optionsError, abort: true }),
    z.maxLength(4, { error: optionsError, abort: true }),
    z.refine((options) => new Set(options).size === options.length, { error: optionsError }),
  ),
  multiSelect: z._default(
    z.boolean({ error: "write true if several options may be chosen, else false." }),
    false,
  ),
});

export const askUser = defineTool({
  name: "ask_user",
  description: "Asks the person one to four questions with two to four options each.",
  requiresUserInput: true,
  risk: "low",
  reversible: true,
  input: inputOf({
    questions: z
      .array(question, { error: questionsError })
      .check(z.minLength(1, { error: questionsError }), z.maxLength(4, { error: questionsError })),
  }),
  effect: (input) =>
    `Ask the person: ${input.questions.map(({ question: text }) => JSON.stringify(text)).join(" ")}`,
  run: async () => {
    throw new Error("ask_user is answered by a person: nothing runs here.");
  },
});
