import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readMeasuredStories } from "./measured-units.ts";
import { renderCosts } from "./render-costs.ts";

// `npm run costs` rewrites docs/costs.md.
await writeFile(join(import.meta.dirname, "../docs/costs.md"), renderCosts(readMeasuredStories()));
