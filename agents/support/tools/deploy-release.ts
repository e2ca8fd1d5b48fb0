import { defineTool } from "../../../shared/domain/tool.ts";
import { inputOf, service, version } from "../inputs.ts";

export const deployRelease = defineTool({
  name: "deploy_release",
  description: "Has the release pipeline put a version of a service into production.",
  approval: { type: "required", pool: "ops" },
  externalExecution: true,
  risk: "high",
  // The version before can be deployed again.
  reversible: true,
  input: inputOf({ service, version }),
  effect: (input) => `Deploy version ${input.version} of the service ${input.service}.`,
  run: async () => {
    throw new Error("deploy_release is done by the release pipeline: nothing runs here.");
  },
});
