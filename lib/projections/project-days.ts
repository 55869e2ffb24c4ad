import type { Metric } from '../../contracts/metrics/metric.ts';
import type { Clock } from '../core/clock.ts';
import type { LocalDate } from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import type { HeadStore } from '../samples/head-store.ts';
import { type BlockSummary, blockName, type StoredBlock, type UserScope } from '../samples/model.ts';
import type { BlockRange, BlockReader } from '../samples/sample-store.ts';
import { bucketsOfDates } from './block-range.ts';
import { computeDay, type DayInputs } from './compute-day.ts';
import { createDecodedBlocks, type DecodeBlock } from './decoded-blocks.ts';
import { MAX_DAY_PAYLOAD_BYTES } from './limits.ts';
import type { RollupStore } from './rollup-store.ts';
import type { WorkspaceSettings } from './workspace-settings.ts';

export interface ProjectionDeps {
  readonly blocks: BlockReader;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly workspaces: WorkspaceSettings;
  readonly rollups: RollupStore;
  readonly decode: DecodeBlock;
  readonly clock: Clock;
}

/** What an event says must be there: per local date the blocks it names, each with its sequence number. */
export type DayNeeds = ReadonlyMap<LocalDate, ReadonlyMap<string, number>>;

/**
 * saved, superseded: the stored row is now at least as new as the inputs that were read.
 * not_visible: the inputs are older than the event; to be tried again. no_user: erased, nothing to do.
 */
export type DayOutcome = 'saved' | 'superseded' | 'not_visible' | 'no_user';

/** Writes of one reading in flight at once. */
const SAVE_CONCURRENCY_COUNT = 8;

/**
 * Computes the rows of some dates of one (user, metric) from one reading of their blocks and saves each on
 * the condition that no newer one stands (PRJ2). Safe to repeat, to run twice at once and in any order.
 * Reading stops at 8 MB: several dates are then halved, and a single one ends PARTIAL (PRJ1).
 */
export async function projectDays(
  deps: ProjectionDeps,
  key: { readonly scope: UserScope; readonly metric: Metric },
  needs: DayNeeds,
): Promise<ReadonlyMap<LocalDate, DayOutcome>> {
  const dates = [...needs.keys()].sort();
  const [first] = dates;
  const last = dates.at(-1);
  if (first === undefined || last === undefined) return new Map();
  const range = bucketsOfDates(key.metric, first, last);
  const read = await deps.blocks.readBlocks(key.scope, range, MAX_DAY_PAYLOAD_BYTES);
  if (!read.complete && dates.length > 1) return projectHalves(deps, key, needs);
  const reading = read.complete
    ? { blocks: read.blocks, listed: read.blocks, isComplete: true }
    : await readPart(deps, key.scope, range);
  return saveDays(deps, { ...key, needs, dates, reading });
}

interface Reading {
  readonly blocks: readonly StoredBlock[];
  readonly listed: readonly BlockSummary[];
  readonly isComplete: boolean;
}

/** The inputs are listed before they are read, so that the row never claims what it did not see. */
async function readPart(deps: ProjectionDeps, scope: UserScope, range: BlockRange): Promise<Reading> {
  const listed = await deps.blocks.listBlocks(scope, range);
  const { blocks, complete } = await deps.blocks.readBlocks(scope, range, MAX_DAY_PAYLOAD_BYTES);
  return { blocks, listed, isComplete: complete };
}

async function projectHalves(
  deps: ProjectionDeps,
  key: { readonly scope: UserScope; readonly metric: Metric },
  needs: DayNeeds,
): Promise<ReadonlyMap<LocalDate, DayOutcome>> {
  const entries = [...needs].sort(([left], [right]) => (left < right ? -1 : 1));
  const middle = Math.ceil(entries.length / 2);
  const early = await projectDays(deps, key, new Map(entries.slice(0, middle)));
  const late = await projectDays(deps, key, new Map(entries.slice(middle)));
  return new Map([...early, ...late]);
}

interface DaysToSave {
  readonly scope: UserScope;
  readonly metric: Metric;
  readonly needs: DayNeeds;
  readonly dates: readonly LocalDate[];
  readonly reading: Reading;
}

/** The head is read after the blocks, so that it knows their sources. */
async function saveDays(
  deps: ProjectionDeps,
  { scope, metric, needs, dates, reading }: DaysToSave,
): Promise<ReadonlyMap<LocalDate, DayOutcome>> {
  const [head, workspace] = await Promise.all([
    deps.heads.load(scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  if (head === undefined || head.erasedAtMs !== undefined) {
    return new Map(dates.map((date) => [date, 'no_user']));
  }
  const inputs: DayInputs = {
    ...reading,
    metric,
    head,
    workspace,
    decoded: createDecodedBlocks(deps.decode, metric),
  };
  const rows = dates.map((date) =>
    isVisible(date, needs, reading.listed) ? computeDay(date, inputs) : 'not_visible',
  );
  const outcomes = await mapBounded(rows, SAVE_CONCURRENCY_COUNT, async (row): Promise<DayOutcome> => {
    if (row === undefined) return 'superseded';
    if (typeof row === 'string') return 'not_visible';
    return deps.rollups.save(scope, { ...row, computedAtMs: deps.clock.now() });
  });
  return new Map(dates.map((date, index) => [date, outcomes[index] ?? 'not_visible']));
}

/** Whether every block that an event names shows its change, or a later one, of the date. */
function isVisible(date: LocalDate, needs: DayNeeds, listed: readonly BlockSummary[]): boolean {
  const needed = needs.get(date);
  if (needed === undefined || needed.size === 0) return true;
  const seqs = new Map(listed.map((block) => [blockName(block.ref), block.daySeqs[date] ?? 0]));
  return [...needed].every(([name, seq]) => (seqs.get(name) ?? 0) >= seq);
}
