import { availableParallelism } from 'node:os';

/**
 * Maps a list with a few of its items under way at a time: compilers and simulators are processes of their own.
 * The results are in the order of the list.
 */
export async function inParallel<T, R>(
  list: readonly T[],
  run: (item: T, index: number) => Promise<R>,
  width = Math.min(2, availableParallelism()),
): Promise<R[]> {
  const results = new Array<R>(list.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < list.length; i = next++) {
      const item = list[i];
      if (item !== undefined) results[i] = await run(item, i);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
