import type { BenchRow } from './bench-rows.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One device of an engine, as the workload of concurrent edits uses it. */
export interface EditingDevice {
  edit(id: string, fields: Fields): Promise<unknown>;
  /** One round against what all devices share. */
  sync(): Promise<unknown>;
  read(id: string): Promise<Fields>;
}

/** Two devices and a common start: both have all rows. */
export type OpenDevices = (rows: readonly BenchRow[]) => Promise<{
  readonly left: EditingDevice;
  readonly right: EditingDevice;
  close(): Promise<unknown>;
}>;

export interface LostUpdates {
  readonly editCount: number;
  /** Edits that are on neither device's row when nothing moves any more. */
  readonly lostCount: number;
  readonly areEqual: boolean;
}

const ROUND_COUNT = 3;

/**
 * Both devices are offline and edit every row, one its title and the other its content: no two edits meet in a
 * field. Then they sync in turn until nothing can move, with each engine's own way of resolving conflicts.
 */
export async function countLostUpdates(open: OpenDevices, rows: readonly BenchRow[]): Promise<LostUpdates> {
  const { left, right, close } = await open(rows);
  for (const { id } of rows) {
    await left.edit(id, { title: `title of ${id}` });
    await right.edit(id, { content: `content of ${id}` });
  }
  for (let round = 0; round < ROUND_COUNT; round += 1) {
    await left.sync();
    await right.sync();
  }
  let lostCount = 0;
  let areEqual = true;
  for (const { id } of rows) {
    const [one, other] = [await left.read(id), await right.read(id)];
    areEqual &&= one['title'] === other['title'] && one['content'] === other['content'];
    if (one['title'] !== `title of ${id}` && other['title'] !== `title of ${id}`) lostCount += 1;
    if (one['content'] !== `content of ${id}` && other['content'] !== `content of ${id}`) lostCount += 1;
  }
  await close();
  return { editCount: rows.length * 2, lostCount, areEqual };
}
