import { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import type { ModelReply } from "../../ports/model.ts";
import { BodyTooLarge } from "./limit-body.ts";

type Unavailable = Extract<ModelReply, { outcome: "unavailable" }>;

export const MALFORMED_REPLY: Unavailable = {
  outcome: "unavailable",
  reason:
    "The model endpoint sent a malformed reply twice; check that OPENAI_BASE_URL leads to a Chat Completions API (it often ends in /v1).",
};

export const TIMED_OUT: Unavailable = {
  outcome: "unavailable",
  reason: "The model did not answer in time; start the run again, or choose a faster model.",
};

/** Puts what went wrong into our own words: neither the library's nor the server's message gets out. */
export function explainFailure(error: unknown): Unavailable {
  // The order matters: the timeout is a kind of connection error, and both are kinds of APIError.
  if (error instanceof APIConnectionTimeoutError) return TIMED_OUT;
  if (error instanceof BodyTooLarge) {
    return unavailable("The model endpoint sent more than 8 MiB; check that OPENAI_BASE_URL is right.");
  }
  if (error instanceof SyntaxError) return MALFORMED_REPLY;
  if (error instanceof APIError && typeof error.status === "number") return explainStatus(error.status);
  if (error instanceof APIConnectionError) {
    return unavailable("The model endpoint cannot be reached; check OPENAI_BASE_URL and that it is running.");
  }
  return unavailable(
    "The request could not be sent, or the connection broke off; check OPENAI_BASE_URL and OPENAI_API_KEY, then start the run again.",
  );
}

function explainStatus(status: number): Unavailable {
  return { ...unavailable(`${sayStatus(status)} (HTTP ${status}).`), status };
}

function sayStatus(status: number): string {
  if (status >= 500) return "The model endpoint kept failing; start the run again later";
  switch (status) {
    case 401:
      return "The model endpoint refused the API key; set OPENAI_API_KEY to a valid one";
    case 403:
      return "The API key may not use this model; allow it, or name another model";
    case 404:
      return "The model endpoint knows no such model or route; check the model's name and OPENAI_BASE_URL";
    case 413:
      return "The conversation is too long for the model endpoint; start a new run with a shorter one";
    case 429:
      return "The model endpoint kept limiting the rate, or its quota is used up; try again later or raise the quota";
    default:
      return "The model endpoint refused the request; check that the model supports tools and this conversation's length";
  }
}

function unavailable(reason: string): Unavailable {
  return { outcome: "unavailable", reason };
}
