const answerTimeoutMs = 10_000;

/** A sign-in that did not end with a token; the message says what to do next. */
export class SignInFailed extends Error {
  override readonly name = "SignInFailed";
}

/** Goes from page to page by hand, as a browser would; one issuer, so every cookie goes everywhere. */
export class HeadlessBrowser {
  readonly #cookies = new Map<string, string>();

  /** Gets the page, or posts the form to it, and returns where it redirects to. */
  async followOnce(url: string, form?: Readonly<Record<string, string>>): Promise<string> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) };
    const response = await send(url, { headers: { cookie }, redirect: "manual", ...body });
    await response.body?.cancel();
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null) return new URL(location, url).href;
    throw new SignInFailed(`The issuer answered ${response.status} where a redirect was due; try again.`);
  }
}

/** `fetch` whose failures say what to do; redirects and refusals come back as they are. */
export async function send(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs), ...init });
  } catch (cause) {
    const { origin } = new URL(url);
    throw new SignInFailed(`Nothing answers at ${origin}; start it with: npx countersign dev`, { cause });
  }
}
