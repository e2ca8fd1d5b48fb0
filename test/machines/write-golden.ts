import { writeFile } from "node:fs/promises";
import { goldenPath } from "./definition.ts";
import { synthesizeRun } from "./synthesize-run.ts";

// `npm run golden`: what the infrastructure says now becomes what the tests expect; read the diff before committing it.
await writeFile(goldenPath("run"), `${JSON.stringify(synthesizeRun(), null, 2)}\n`);
