import { subscribe } from "node:diagnostics_channel";
import { pathToFileURL } from "node:url";

// A process of its own per bundle, as on Lambda. Run with the bundle's path, the function's variables and events as JSON;
// what came of it is the last line of its output. No library is imported, so that what runs is the bundle.

type Handler = (event: unknown, context: object) => Promise<unknown>;

const [path = "", variables = "{}", events = "[]"] = process.argv.slice(2);
let connections = 0;
subscribe("net.client.socket", () => {
  connections += 1;
});

const startedWithout = await start("without-variables").then(
  () => "started",
  (error: unknown) => String(error),
);
Object.assign(process.env, JSON.parse(variables));
const handler = await start("with-variables");
const outcomes = [];
for (const event of JSON.parse(events) as unknown[]) outcomes.push(await invoke(event));
process.stdout.write(`\n${JSON.stringify({ startedWithout, outcomes })}\n`);

/** The query makes Node load the bundle anew. */
async function start(query: string): Promise<Handler> {
  const loaded: unknown = await import(`${pathToFileURL(path).href}?${query}`);
  return (loaded as { readonly handler: Handler }).handler;
}

async function invoke(event: unknown): Promise<object> {
  connections = 0;
  try {
    const answer = await handler(event, { getRemainingTimeInMillis: () => 10_000 });
    return { answer, connections };
  } catch (error) {
    return { errorType: (error as Error).name, connections };
  }
}
