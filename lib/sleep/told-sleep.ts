import { metricOf } from '../../contracts/metrics/catalog.ts';
import { type EpochMs, fromIso, type LocalDate, localDateOf } from '../core/instants.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { StoredRecord } from '../records/model.ts';
import {
  type BlockSummary,
  blockName,
  type Head,
  type Sample,
  type Source,
  type StoredBlock,
} from '../samples/model.ts';
import { MAX_NIGHT_SAMPLE_COUNT } from './limits.ts';
import type { SleepSession, SleepStage, SourceSleep, StageSample } from './model.ts';
import { type NightDeps, STAGE_METRIC } from './night-deps.ts';
import { inputDatesOf } from './night-fingerprint.ts';

const STAGE_CODES = (metricOf(STAGE_METRIC)?.categories ?? []) as readonly SleepStage[];

/** What a reading tells, sorted by source and date; asked night by night. */
export interface ToldSleep {
  /**
   * All sources' sleep within a night's dates. `unknown_source`: the reading is of a transaction that is half
   * visible; a text: why a block of these dates cannot be read.
   */
  ofNight(
    night: LocalDate,
  ): Result<
    { readonly sources: readonly SourceSleep[]; readonly isComplete: boolean },
    { readonly kind: 'unknown_source' } | { readonly kind: 'undecodable'; readonly reason: string }
  >;
}

interface DecodedBlock {
  readonly block: BlockSummary;
  readonly samples: Result<ReadonlyMap<LocalDate, readonly StageSample[]>, string>;
}

export function createToldSleep(
  { decode, rules }: Pick<NightDeps, 'decode' | 'rules'>,
  reading: { readonly blocks: readonly StoredBlock[]; readonly records: readonly StoredRecord[] },
  head: Pick<Head, 'sources'>,
): ToldSleep {
  const decoded = reading.blocks.map(
    (block): DecodedBlock => ({ block, samples: decodeStages(decode, block) }),
  );
  const sessions = reading.records.flatMap((record) => {
    const session = toSession(record);
    if (session === undefined) return [];
    const named = { provider: record.provider, ...record.body.source };
    const source: Source = { sourceId: rules.sourceIdOf(named), ...named };
    return [{ source, session }];
  });
  return {
    ofNight(night) {
      const dates = new Set(inputDatesOf(night));
      const bySource = new Map<
        string,
        { source: Source; samples: StageSample[]; sessions: SleepSession[] }
      >();
      const of = (source: Source) => {
        const known = bySource.get(source.sourceId) ?? { source, samples: [], sessions: [] };
        bySource.set(source.sourceId, known);
        return known;
      };
      let count = 0;
      for (const { block, samples } of decoded) {
        const mentioned = Object.keys(block.daySeqs).filter((date) => dates.has(date as LocalDate));
        if (mentioned.length === 0) continue;
        const source = head.sources[block.ref.sourceId];
        if (source === undefined) return fail({ kind: 'unknown_source' });
        if (!samples.ok) return fail({ kind: 'undecodable', reason: samples.failure });
        for (const date of mentioned) {
          const told = samples.value.get(date as LocalDate) ?? [];
          count += told.length;
          if (count <= MAX_NIGHT_SAMPLE_COUNT) of(source).samples.push(...told);
        }
      }
      for (const { source, session } of sessions) {
        if (dates.has(session.date)) of(source).sessions.push(session);
      }
      return ok({ sources: [...bySource.values()], isComplete: count <= MAX_NIGHT_SAMPLE_COUNT });
    },
  };
}

function decodeStages(decode: NightDeps['decode'], block: StoredBlock): DecodedBlock['samples'] {
  let samples: readonly Sample[];
  try {
    samples = decode(block.payload);
  } catch (error) {
    const cause = error instanceof Error ? error.name : 'unknown fault';
    return fail(`block ${blockName(block.ref)} cannot be decoded: ${cause}`);
  }
  const living = samples.flatMap((sample) => toStage(sample) ?? []);
  return ok(
    Map.groupBy(living, ({ startMs, offsetMinutes }) => localDateOf(startMs as EpochMs, offsetMinutes)),
  );
}

/** Undefined for a tombstone, and for an instant, which has no length. */
function toStage({ startMs, endMs, value, offsetMinutes, deletedAtMs }: Sample): StageSample | undefined {
  const stage = STAGE_CODES[value];
  if (deletedAtMs !== undefined || endMs <= startMs || stage === undefined) return undefined;
  return { startMs, endMs, stage, offsetMinutes };
}

function toSession(record: StoredRecord): SleepSession | undefined {
  const { body, recordId, startMs, endMs, offsetMinutes } = record;
  if (body.kind !== 'sleep') return undefined;
  return {
    recordId,
    startMs,
    endMs,
    offsetMinutes,
    date: record.date as LocalDate,
    isNap: body.isNap,
    totals: body.totals,
    stages: body.stages.flatMap(({ stage, start, end }) => {
      const [from, to] = [fromIso(start), fromIso(end)];
      return from === undefined || to === undefined ? [] : [{ stage, startMs: from, endMs: to }];
    }),
  };
}
