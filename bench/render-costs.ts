import {
  assumptions,
  type CostLine,
  countStreamBatches,
  priceActiveTracing,
  priceAllCold,
  priceIdleMonth,
  priceKeeping,
  priceModelSecond,
  pricePuts,
  priceRuns,
  prices,
  sumOf,
} from "./compute-costs.ts";
import { type Measured, type MeasuredStories, totalOf } from "./measured-units.ts";

/** docs/costs.md, with every figure computed. */
export function renderCosts(stories: MeasuredStories): string {
  const { refund, oneGate } = stories;
  return `# What it costs

\`npm run costs\` writes this file from [\`bench/measured-units.json\`](../bench/measured-units.json), which
\`test/aws/gated-run.test.ts\` counts and holds: the handlers of \`functions/\` on DynamoDB Local, in the tables of the
synthesized template, behind Lambda's form of its streams. Prices are list prices of us-east-1 in November 2026, in USD,
without free tiers.

- **1,000 runs with one gate: ${mills(sumOf(priceRuns(oneGate)))}** (goal: at most 0.40, model tokens aside). The README's refund, which
  the asker confirms and one of finance approves, has one more vote and one more sealed entry: ${mills(sumOf(priceRuns(refund)))}.
- **An idle month: ${cents(sumOf(priceIdleMonth(stories, "direct")))}** with the span transport \`direct\` (goal: at most 6), ${cents(sumOf(priceIdleMonth(stories, "kinesis")))} with \`kinesis\`.
- **Turns cost no transition.** What grows with them are the writes of the steps, so it is not flat: below.

## 1,000 runs

${renderRuns(stories)}

Streams are read by Lambda without charge; a run has ${countStreamBatches(oneGate)} batches of them, two for each entry that is sealed. The five
requests of the run with one gate: start, list, read, approve, look at the result. The refund has seven.

${renderTurns(stories)}

### Where the units go

Of the run with one gate and one turn:

${renderFunctions(oneGate)}

DynamoDB Local counts single reads and writes as AWS does, and transactions and absent items by rules of its own. So units
are computed from the sizes of the items by AWS's rules, which \`test/aws/aws-system-units.test.ts\` compares: 4 kB a read
unit, 1 kB a write unit, the larger of before and after, twice in a transaction; a check in a transaction is a write, and
what is absent costs one.

## An idle month

${renderIdleMonth(stories)}

A sweep that finds nothing makes ${totalOf(stories.emptySweep).requests} requests and reads ${totalOf(stories.emptySweep).readUnits} units. Tables, queue, topics, streams, API and state machine
cost nothing while nothing happens in them. Rotation adds 1.00 to the key of task tokens after its first year and another
after its second, then no more. Publishing comes once a minute as well; each minute in which something was sealed puts up to
four files into the bucket, at most ${cents(pricePuts())} a month, and keeps each of them for years
([ADR 13](adr/0013-published-log.md)). Cognito is free for up to 10,000 people a month; \`machineClient: on\` costs 6.00.

## What is set, not counted

What AWS alone could tell; the times and sizes are on the dear side.

| what | set to | because |
|---|--:|---|
| time of a request to AWS | ${assumptions.millisecondsPerRequest} ms | one after the other; DynamoDB answers reads in less, and some go out together |
| time of our own code in an invocation | ${assumptions.millisecondsPerInvocation} ms | JSON and SHA-256 on half a processor |
| cold starts | ${percent(assumptions.coldStartsPerInvocation)} of the invocations, ${assumptions.millisecondsPerColdStart} ms each | three times what [a start takes here](bundle-sizes.md), on the share of a processor that 512 MB have |
| task token | 1,024 characters | the engine's has 43; one of AWS has to be sealed and stored |
| traces | ${assumptions.tracesPerRun} a run | all executions sampled; functions only within one (\`PassThrough\`) |
| log of an invocation | ${assumptions.logBytesPerInvocation} bytes | Lambda's own three lines |
| log of an API request | ${assumptions.logBytesPerApiRequest} bytes | one line |

## What is not in it

- **Waiting for the model**, which Lambda charges: each second in each of 1,000 runs is ${mills(priceModelSecond())}. With a model that takes
  two seconds an answer, a run of two answers waits for ${cents(4 * priceModelSecond())} more.
- **Quiet times.** Where every single invocation starts cold, 1,000 runs cost ${cents(priceAllCold(oneGate))} more.
- **Long polls.** \`GET /runs/{run}?wait=\` reads the run again each second while it waits: 30 seconds of it are
  ${mills(1_000 * longPollOf30Seconds())} for 1,000 runs, mostly Lambda's time. Waits of hours are not for polls.
- **Keeping.** A run with one gate leaves ${oneGate.kilobytesKept} kB in the tables: ${mills(priceKeeping(oneGate))} a month for 1,000 of them, with recovery to a point
  in time. Traces go after 90 days.
- Data sent to the internet, alarms that fire, free tiers, taxes.

## Where it could be cheaper

What would change, in USD for 1,000 runs with one gate unless it says otherwise:

${renderSavings(stories)}
`;
}

function renderRuns({ refund, oneGate, oneGateAfter50Turns }: MeasuredStories): string {
  const columns = [oneGate, oneGateAfter50Turns, refund].map(priceRuns);
  const [first = []] = columns;
  const rows = first.map(({ item, unit }, place) => {
    const cells = columns.map((lines) => {
      const { quantity = 0, usd = 0 } = lines[place] ?? {};
      return `${quantityOf(quantity)} | ${tenthsOfMills(usd)}`;
    });
    return `| ${item} | ${unit} | ${cells.join(" | ")} |`;
  });
  const sums = columns.map((lines) => ` | **${tenthsOfMills(sumOf(lines))}**`);
  return [
    "| | in a run | one gate, 1 turn | USD | one gate, 50 turns | USD | the refund | USD |",
    "|---|---|--:|--:|--:|--:|--:|--:|",
    ...rows,
    `| **sum** | |${sums.join(" |")} |`,
  ].join("\n");
}

function renderTurns({ oneGate, oneGateAfter50Turns: long }: MeasuredStories): string {
  const more = totalOf(long).writeUnits - totalOf(oneGate).writeUnits;
  const usd = sumOf(priceRuns(long)) - sumOf(priceRuns(oneGate));
  return `Transitions, signatures and requests of people are the same at 1 and at 50 turns. Each further turn saves two steps, what
the model said and what its reads gave, each under a check of the run, and keeps two spans: ${(more / 49).toFixed(1)} write units and
${mills(usd / 49)} for 1,000 runs. If each step were a state of its own, a turn would cost 0.05 or more in transitions.`;
}

function renderFunctions(run: Measured): string {
  const rows = Object.entries(run.functions).map(
    ([name, { invocations, requests, readUnits, writeUnits }]) =>
      `| \`${name}\` | ${invocations} | ${requests} | ${readUnits} | ${writeUnits} |`,
  );
  const { invocations, requests, readUnits, writeUnits } = totalOf(run);
  return [
    "| function | invocations | requests to AWS | read units | write units |",
    "|---|--:|--:|--:|--:|",
    ...rows,
    `| **sum** | **${invocations}** | **${requests}** | **${readUnits}** | **${writeUnits}** |`,
  ].join("\n");
}

function renderIdleMonth(stories: MeasuredStories): string {
  const direct = priceIdleMonth(stories, "direct");
  const kinesis = priceIdleMonth(stories, "kinesis");
  const rows = kinesis.map(({ item, quantity, unit, usd }, place) => {
    const withDirect = direct[place];
    return `| ${item} | ${quantityOf(quantity)} ${unit} | ${withDirect ? cents(withDirect.usd) : ""} | ${cents(usd)} |`;
  });
  return [
    "| | in a month | `direct` | `kinesis` |",
    "|---|--:|--:|--:|",
    ...rows,
    `| **sum** | | **${cents(sumOf(direct))}** | **${cents(sumOf(kinesis))}** |`,
  ].join("\n");
}

function renderSavings({ oneGate }: MeasuredStories): string {
  const perWriteUnit = prices.perMillionWriteUnits / 1_000;
  const everyEvent = (oneGate.transitions * 5 * 500 * prices.perGigabyteLogged) / 1e6;
  const steps = (2 * 50 + 2) * 3 * perWriteUnit;
  const sweepsPerMonth = (assumptions.hoursPerMonth * 3_600) / 60;
  const fewerRequests =
    sweepsPerMonth * 11 * (assumptions.millisecondsPerRequest / 1_000) * 0.5 * prices.perGigabyteSecond;
  return [
    `- Done: functions are traced within an execution's trace alone. Traces of their own would add ${mills(priceActiveTracing(oneGate))}.`,
    "- Done: items of spans are put one by one, which costs half of a transaction's units; spans may be lost in any case.",
    `- Done: the machine logs errors alone. Five events of 500 bytes a transition would add ${mills(everyEvent)}; Step Functions keeps the history for 90 days.`,
    `- The refund's confirmation is signed at once, though its run still waits for finance. Signed together with the approval it`,
    `  would save its signature, ${mills(prices.perMillionSignatures / 1_000)} of the refund's sum, and a release that finds nothing to release.`,
    `- One transition less saves ${mills(prices.perMillionTransitions / 1_000)}: the loop enters its Choice twice.`,
    `- A step is a put and a check of the run in one transaction, 4 units. A put alone would be 1, and ${cents(steps)} less at`,
    `  50 turns; but then a cancelled run, or an execution that was replaced, could still save steps, so this is a change of the rules.`,
    `- The sweep reads 12 cursors one by one; in one request they cost as many units and ${cents(fewerRequests)} less a month of Lambda's time.`,
  ].join("\n");
}

/** USD of one request that waits 30 seconds in a function of 512 MB and reads the run 30 times. */
function longPollOf30Seconds(): number {
  return 30 * 0.5 * prices.perGigabyteSecond + (30 * 2 * prices.perMillionReadUnits) / 1e6;
}

function cents(usd: number): string {
  return usd.toFixed(2);
}

function mills(usd: number): string {
  return usd.toFixed(3);
}

function tenthsOfMills(usd: number): string {
  return usd.toFixed(4);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function grouped(quantity: number): string {
  return quantity.toLocaleString("en-US");
}

function quantityOf(quantity: CostLine["quantity"]): string {
  return Number.isInteger(quantity) || quantity > 1_000 ? grouped(Math.round(quantity)) : quantity.toFixed(2);
}
