import { play } from "./play.ts";
import { refund,note,rejection,withdrawal,cancellation,doubt } from "./stories.ts";
for (const story of [refund, note,rejection,withdrawal,cancellation,doubt]) {
const t = performance.now();
const p = await play(story, ...(story.begins?[story.begins]:[]));
console.error(story.name, p.run.status, performance.now()-t, JSON.stringify(p.inspection));
for (const w of p.writes) console.log(story.name+": "+w);
}
