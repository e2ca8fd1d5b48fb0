import { createCallModel } from "../shared/adapters/openai/call-model.ts";
import type { CallModel } from "../shared/ports/model.ts";
import { SCRIPTED_MODEL_NAME, startScriptedModel } from "./scripted-model/start-scripted-model.ts";

export interface LocalModel {
  readonly callModel: CallModel;
  readonly defaultModel: string;
  /** One line that says plainly who answers. */
  readonly announcement: string;
  close(): Promise<void>;
}

const defaultBaseUrl = "https://api.openai.com/v1";
const defaultModelName = "gpt-4.1-mini";

/**
 * The model behind the agents: any OpenAI-compatible endpoint that `modelUrl`, `OPENAI_BASE_URL` or `OPENAI_API_KEY`
 * names (`OPENAI_MODEL` chooses the model); without any of them the scripted model, on loopback.
 */
export async function openModel(
  modelUrl: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LocalModel> {
  const apiKey = env["OPENAI_API_KEY"];
  const configured = modelUrl ?? env["OPENAI_BASE_URL"];
  if (configured === undefined && apiKey === undefined) return openScriptedModel();
  const baseUrl = configured ?? defaultBaseUrl;
  const defaultModel = env["OPENAI_MODEL"] ?? defaultModelName;
  return {
    callModel: createCallModel({ baseUrl, apiKey: apiKey ?? "none" }),
    defaultModel,
    announcement: `Model: ${defaultModel} at ${baseUrl}.`,
    close: async () => {},
  };
}

async function openScriptedModel(): Promise<LocalModel> {
  const model = await startScriptedModel();
  return {
    callModel: createCallModel({ baseUrl: model.baseUrl, apiKey: "none" }),
    defaultModel: SCRIPTED_MODEL_NAME,
    announcement:
      "Model: no OPENAI_API_KEY, so a scripted model on loopback plays the support agent; it is not a language model.",
    close: () => model.close(),
  };
}
