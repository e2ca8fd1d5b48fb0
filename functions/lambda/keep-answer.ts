/** Asks when it is first needed, and keeps the answer for the life of the process; after a failure it asks again. */
export function keepAnswer<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let kept: Promise<Answer> | undefined;
  return () => {
    if (kept !== undefined) return kept;
    const asking = ask();
    kept = asking;
    asking.catch(() => {
      kept = undefined;
    });
    return asking;
  };
}
