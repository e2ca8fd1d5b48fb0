import { createHash } from "node:crypto";
import type { SeededPerson } from "./seeded-people.ts";

/** A whole HTML page with the Content-Security-Policy that it needs and no more. */
export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

/**
 * The form on which a demo's visitor picks a person.
 *
 * `returnOrigin` is the app's origin: the answer to the form redirects there, and browsers hold redirects of a form to
 * `form-action` too.
 */
export function signInPage(asked: {
  readonly people: readonly SeededPerson[];
  readonly action: string;
  readonly clientId: string;
  readonly returnOrigin: string;
  readonly problem?: string;
}): Page {
  const problem = asked.problem === undefined ? "" : `<p role="alert">${escapeHtml(asked.problem)}</p>`;
  const main = `<p class="demo">Demo: these people are made up, and anyone at this computer can be any of them.</p>
<h1>Choose who you are (demo people)</h1>
<p>You are signing in to <strong>${escapeHtml(asked.clientId)}</strong>. There is no password.</p>
${problem}<form method="post" action="${escapeHtml(asked.action)}">
<ul>
${asked.people.map(personButton).join("\n")}
</ul>
</form>`;
  return page("Choose who you are", main, `form-action 'self' ${asked.returnOrigin}`);
}

/** What people see when a sign-in cannot go on; `code` is an OAuth error code. */
export function problemPage(problem: { readonly code: string; readonly detail: string }): Page {
  const main = `<h1>This sign-in cannot go on</h1>
<p role="alert">${escapeHtml(problem.detail)}</p>
<p>Go back to where you came from and sign in again. Code: <code>${escapeHtml(problem.code)}</code></p>`;
  return page("Sign-in problem", main, "form-action 'none'");
}

function personButton(person: SeededPerson): string {
  const pools = person.groups.length === 0 ? "no pool" : person.groups.join(", ");
  return `<li><button type="submit" name="person" value="${escapeHtml(person.subject)}">${escapeHtml(person.displayName)}, <span>${escapeHtml(pools)}</span></button></li>`;
}

const style = `body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:34rem;padding:0 1rem;color:#1b1b1b;background:#fff}
.demo{background:#fff4ce;border:1px solid #8a6d00;padding:.5rem .75rem}
ul{list-style:none;padding:0}
li{margin:.5rem 0}
button{font:inherit;width:100%;text-align:left;padding:.6rem .75rem;border:1px solid #595959;border-radius:.25rem;background:#f6f6f6;color:inherit;cursor:pointer}
button:hover{background:#e6e6e6}
button:focus-visible{outline:3px solid #0b57d0;outline-offset:2px}
[role=alert]{color:#a40000;font-weight:600}`;

const styleHash = createHash("sha256").update(style).digest("base64");

function page(title: string, main: string, formAction: string): Page {
  return {
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Countersign demo</title>
<style>${style}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${styleHash}'; ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
  };
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
