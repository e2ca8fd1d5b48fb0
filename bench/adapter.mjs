import { openAdapter } from "./open-adapter.ts";

/** The bench's adapter: `async ({ dir, modelUrl, onTool }) => ({ start, approve, recover, close })`. */
export default openAdapter;
