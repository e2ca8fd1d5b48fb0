import { defineTool } from "../../../shared/domain/tool.ts";
import { emailAddress, inputOf, lineOf, linesOf } from "../inputs.ts";
import { partitions } from "../tables.ts";
import { doneIn, writeOnce } from "../write-once.ts";

export const sendEmail = defineTool({
  name: "send_email",
  description: "Sends one e-mail to one address.",
  requiresConfirmation: true,
  risk: "medium",
  reversible: false,
  idempotent: true,
  input: inputOf({ to: emailAddress, subject: lineOf("the subject", 200), body: linesOf("the text", 5_000) }),
  effect: (input) => `Send an e-mail to ${input.to} with the subject ${JSON.stringify(input.subject)}.`,
  // The row that makes it happen once is the e-mail itself.
  run: (input, context) =>
    writeOnce(context, partitions.outbox, async () => ({
      plan: "write",
      changes: [],
      result: { ...input, ...doneIn(context) },
    })),
});
