import { errors, type KoaContextWithOIDC } from "oidc-provider";
import type Provider from "oidc-provider";
import type { Now } from "../../shared/ports/functions.ts";
import { epochSeconds } from "./access-token.ts";
import type { SeededPerson } from "./seeded-people.ts";
import { type Page, problemPage, signInPage } from "./sign-in-page.ts";

export interface InteractionContext {
  readonly provider: Provider;
  readonly people: readonly SeededPerson[];
  readonly mountPath: string;
  readonly now: Now;
}

type OpenInteraction = Awaited<ReturnType<Provider["interactionDetails"]>>;

const maxFormBytes = 4_096;

/** Shows the sign-in form and takes its answer; the browser that started the sign-in is known by its cookie. */
export async function answerInteraction(
  context: KoaContextWithOIDC,
  settings: InteractionContext,
): Promise<void> {
  const interaction = await findInteraction(context, settings.provider);
  if (interaction === undefined) {
    context.status = 400;
    const detail = "This sign-in has ended, or was started in another browser.";
    return writePage(context, problemPage({ code: "interaction_not_found", detail }));
  }
  switch (context.method) {
    case "GET":
    case "HEAD":
      return writePage(context, formFor(interaction, settings));
    case "POST":
      return choosePerson(context, interaction, settings);
    default:
      context.set("allow", "GET, HEAD, POST");
      context.status = 405;
  }
}

/** Sends a page with its own policy; nothing about a sign-in is kept in a cache. */
export function writePage(context: KoaContextWithOIDC, page: Page): void {
  context.type = "html";
  context.set("content-security-policy", page.contentSecurityPolicy);
  context.set("cache-control", "no-store");
  context.body = page.html;
}

async function findInteraction(
  context: KoaContextWithOIDC,
  provider: Provider,
): Promise<OpenInteraction | undefined> {
  try {
    const interaction = await provider.interactionDetails(context.req, context.res);
    return context.path === `/interaction/${interaction.uid}` ? interaction : undefined;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

async function choosePerson(
  context: KoaContextWithOIDC,
  interaction: OpenInteraction,
  settings: InteractionContext,
): Promise<void> {
  const { provider, people, now } = settings;
  // Other ports of the loopback host are the same site, so SameSite cookies do not keep their pages out.
  const site = context.get("sec-fetch-site");
  if (site !== "" && site !== "same-origin") {
    context.status = 403;
    const detail = "The form was not sent from this sign-in page.";
    return writePage(context, problemPage({ code: "cross_origin", detail }));
  }
  const form = await readForm(context.req);
  const person = people.find(({ subject }) => subject === form?.get("person"));
  if (person === undefined) {
    context.status = 422;
    const problem = "That is not one of the demo's people; choose one of these.";
    return writePage(context, formFor(interaction, settings, problem));
  }
  const result = { login: { accountId: person.subject, ts: epochSeconds(now), remember: false } };
  const returnTo = await provider.interactionResult(context.req, context.res, result, {
    mergeWithLastSubmission: false,
  });
  context.redirect(returnTo);
  context.status = 303;
}

function formFor(
  interaction: OpenInteraction,
  { people, mountPath }: InteractionContext,
  problem?: string,
): Page {
  // Both were checked against the registered clients before the interaction was opened.
  const { client_id: clientId, redirect_uri: redirectUri } = interaction.params;
  return signInPage({
    people,
    action: `${mountPath}/interaction/${interaction.uid}`,
    clientId: String(clientId),
    returnOrigin: new URL(String(redirectUri)).origin,
    ...(problem === undefined ? {} : { problem }),
  });
}

/** `undefined` for what is longer than the form can be; that is read to its end too, or it would block its connection. */
async function readForm(request: AsyncIterable<unknown>): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) return undefined;
    bytes += chunk.length;
    if (bytes <= maxFormBytes) chunks.push(chunk);
  }
  if (bytes > maxFormBytes) return undefined;
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
