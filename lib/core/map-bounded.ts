/**
 * `task` of every item, at most `limit` at a time, answers in the order of the items. The first rejection
 * rejects the whole once the running tasks have ended; no further one is begun.
 */
export async function mapBounded<Item, Answer>(
  items: readonly Item[],
  limit: number,
  task: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers = new Map<number, Answer>();
  const queue = items.entries();
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failure !== undefined) return;
      try {
        answers.set(index, await task(item));
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failure !== undefined) throw failure.error;
  return items.map((_, index) => answers.get(index) as Answer);
}
