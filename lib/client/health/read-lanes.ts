import type { DeviceClock } from '../schedule/timers.ts';
import type { HealthSource } from './health-source.ts';
import type { HealthLaneName, HealthStaging } from './health-staging.ts';
import {
  type ChangeAnchor,
  readChangeAnchor,
  readColdAnchor,
  readHotAnchor,
  writeAnchor,
} from './lane-anchors.ts';
import { type StagingRules, stageDeletions, stageRecords } from './stage-changes.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Reference 1.8. */
const HOT_WINDOW_MS = 14 * DAY_MS;
const HOT_OVERLAP_MS = 5 * MINUTE_MS;
const COLD_WINDOW_MS = 90 * DAY_MS;
const COLD_CHUNK_MS = 7 * DAY_MS;
const CHANGE_EVERY_MS = 360 * MINUTE_MS;
const CHANGE_BUDGET_MS = 15_000;
/** Pages of one read, or of one run of changes: a bridge that never ends is broken. */
const MAX_PAGE_COUNT = 10_000;

export interface LaneDeps {
  readonly source: HealthSource;
  readonly staging: HealthStaging;
  readonly clock: DeviceClock;
  readonly rules: StagingRules;
}

/** What was staged by then is kept until the lanes no longer look back to it. */
export const INDEX_WINDOW_MS = COLD_WINDOW_MS + HOT_WINDOW_MS;

/**
 * CLI51: the last 14 days, or from 5 min before where it last ended; to be run often. Answers how many records
 * were read.
 */
export async function readHot(deps: LaneDeps): Promise<number> {
  const nowMs = deps.clock.now();
  const anchor = readHotAnchor(await loadAnchor(deps, 'hot'));
  const resumeMs = Math.min(anchor?.readToMs ?? 0, nowMs) - HOT_OVERLAP_MS;
  const fromMs = Math.max(nowMs - HOT_WINDOW_MS, resumeMs);
  const text = writeAnchor({ readToMs: nowMs });
  return readWindow(deps, { fromMs, toMs: nowMs + 1 }, { lane: 'hot', text });
}

/** CLI51: one chunk of 7 days of the 90 days before the hot window, from the newer end; undefined: all are read. */
export async function readColdChunk(deps: LaneDeps): Promise<number | undefined> {
  const nowMs = deps.clock.now();
  const left = readColdAnchor(await loadAnchor(deps, 'cold')) ?? {
    fromMs: nowMs - COLD_WINDOW_MS,
    nextToMs: nowMs - HOT_WINDOW_MS,
  };
  if (left.nextToMs <= left.fromMs) return undefined;
  const fromMs = Math.max(left.fromMs, left.nextToMs - COLD_CHUNK_MS);
  const text = writeAnchor({ fromMs: left.fromMs, nextToMs: fromMs });
  return readWindow(deps, { fromMs, toMs: left.nextToMs }, { lane: 'cold', text });
}

/**
 * CLI52: edits and deletions, every 6 h, for at most 15 s; what is left then is read at the next run. It has to run
 * before the other lanes first do, so that no edit falls between them. Undefined: not due. An anchor that the
 * platform forgot starts all lanes anew.
 */
export async function readChanges(deps: LaneDeps): Promise<number | undefined> {
  const startMs = deps.clock.now();
  let anchor = readChangeAnchor(await loadAnchor(deps, 'change'));
  const sinceMs = startMs - (anchor?.completedAtMs ?? 0);
  if (anchor !== undefined && sinceMs >= 0 && sinceMs < CHANGE_EVERY_MS) return undefined;
  let readCount = 0;
  for (let page = 0; page < MAX_PAGE_COUNT; page += 1) {
    const next = await readChangePage(deps, anchor);
    readCount += next.readCount;
    anchor = next.anchor;
    if (next.isEnd || deps.clock.now() - startMs >= CHANGE_BUDGET_MS) break;
  }
  return readCount;
}

async function readChangePage(
  deps: LaneDeps,
  before: ChangeAnchor | undefined,
): Promise<{ readonly anchor: ChangeAnchor; readonly readCount: number; readonly isEnd: boolean }> {
  const page = await deps.source.changes(before?.native);
  const nowMs = deps.clock.now();
  const readCount = page.changed.length + page.deleted.length;
  const isStuck = readCount === 0 && page.anchor === before?.native;
  const isEnd = !page.hasMore || isStuck;
  const anchor = { native: page.anchor, completedAtMs: isEnd ? nowMs : 0 };
  const text = writeAnchor(anchor);
  await deps.staging.transaction(async (tx) => {
    await stageRecords(tx, page.changed, deps.rules);
    await stageDeletions(tx, page.deleted, { ...deps.rules, nowMs });
    await tx.saveAnchor('change', text);
    if (page.expired === true) {
      await tx.saveAnchor('hot', undefined);
      await tx.saveAnchor('cold', undefined);
    }
  });
  return { anchor, readCount, isEnd };
}

const loadAnchor = (deps: LaneDeps, lane: HealthLaneName): Promise<string | undefined> =>
  deps.staging.transaction((tx) => tx.loadAnchor(lane));

/** Page by page; the anchor moves with the last one, in its transaction. */
async function readWindow(
  deps: LaneDeps,
  window: { readonly fromMs: number; readonly toMs: number },
  anchor: { readonly lane: HealthLaneName; readonly text: string },
): Promise<number> {
  let readCount = 0;
  let page: string | undefined;
  for (let count = 0; count < MAX_PAGE_COUNT; count += 1) {
    const { records, nextPage } = await deps.source.read(page === undefined ? window : { ...window, page });
    readCount += records.length;
    await deps.staging.transaction(async (tx) => {
      await stageRecords(tx, records, deps.rules);
      if (nextPage === undefined) await tx.saveAnchor(anchor.lane, anchor.text);
    });
    if (nextPage === undefined) return readCount;
    page = nextPage;
  }
  throw new Error('the health source has no last page');
}
