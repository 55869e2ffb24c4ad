import * as z from 'zod';
import { BackfillCompletedV1 } from '../../../contracts/events/backfill-completed.v1.ts';
import { ConnectionChangedV1 } from '../../../contracts/events/connection-changed.v1.ts';
import { RecordsChangedV1 } from '../../../contracts/events/records-changed.v1.ts';
import { WorkoutDecidedV1 } from '../../../contracts/events/workout-decided.v1.ts';
import { CHANGE_HORIZON_DAYS } from '../../../contracts/limits.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { ChangeEntry } from '../../outbox/model.ts';
import type { UserScope } from '../../samples/model.ts';
import { CHANGE_PREFIX, changeKey, parseUserPartition } from './core-keys.ts';
import { type Item, N, S } from './dynamo.ts';
import { parseBlockName } from './samples-keys.ts';

/**
 * A change entry in the `core` table: pk, sk = CHANGE#<seq>, at = committed, body = JSON, ttl. The body is
 * text, because a stream image reaches Lambda as JSON, and its block changes are arrays without what the
 * block's name says already: eight of them stay within one write unit. No health values (OBX3).
 */
const BlockTuple = z.tuple([
  z.string(), // metric
  z.string(), // block name
  z.number(), // version
  z.number(), // from, ms
  z.number(), // to, ms after from
  z.array(z.string()).min(1), // local dates
  z.tuple([z.number(), z.number(), z.number()]), // added, updated, deleted
]);
type BlockTuple = z.infer<typeof BlockTuple>;

/** The entry keeps what the event says, less what the item's own attributes say. */
const KEPT_ELSEWHERE = {
  id: true,
  workspaceId: true,
  userId: true,
  seq: true,
  committedAtMs: true,
} as const;
const RecordsBody = RecordsChangedV1.omit(KEPT_ELSEWHERE).extend({ kind: z.literal('records') });
const ConnectionBody = ConnectionChangedV1.omit(KEPT_ELSEWHERE).extend({ kind: z.literal('connection') });
const DecisionBody = WorkoutDecidedV1.omit(KEPT_ELSEWHERE).extend({ kind: z.literal('workout_decision') });
const BackfillBody = BackfillCompletedV1.omit(KEPT_ELSEWHERE).extend({ kind: z.literal('backfill') });

const ChangeBody = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('samples'),
    correlationId: z.string(),
    requestId: z.string(),
    origin: z.enum(['live', 'backfill', 'import']),
    changes: z.array(BlockTuple),
  }),
  z.object({ kind: z.literal('priorities'), correlationId: z.string(), metrics: z.array(z.string()) }),
  RecordsBody,
  ConnectionBody,
  BackfillBody,
  DecisionBody,
  z.object({ kind: z.literal('erasure'), correlationId: z.string(), erasedAtMs: z.number() }),
]);
type ChangeBody = z.infer<typeof ChangeBody>;

/** As a stored item has it, and as a stream image has it in Lambda's JSON. */
const ChangeImage = z.object({
  pk: z.object({ S: z.string() }),
  sk: z.object({ S: z.string() }),
  at: z.object({ N: z.string() }),
  body: z.object({ S: z.string() }),
});

/** A week past the horizon, so that no reader inside it meets a hole (OBX7). */
export const CHANGE_TTL_MS = (CHANGE_HORIZON_DAYS + 7) * DAY_MS;

export const toChangeItem = (scope: UserScope, entry: ChangeEntry): Item => ({
  ...changeKey(scope, entry.seq),
  at: N(entry.committedAtMs),
  body: S(JSON.stringify(toBody(entry))),
  ttl: N(toEpochSec((entry.committedAtMs + CHANGE_TTL_MS) as EpochMs)),
});

/**
 * Whose change, and which, from the attribute values of an item or of a stream's new image. Throws when
 * the image is not a change entry as `toChangeItem` writes it: to the relay that is poison (OBX5).
 */
export function parseChangeItem(image: Readonly<Record<string, unknown>>): {
  readonly scope: UserScope;
  readonly entry: ChangeEntry;
} {
  const { pk, sk, at, body } = ChangeImage.parse(image);
  const seq = Number(sk.S.slice(CHANGE_PREFIX.length));
  if (!sk.S.startsWith(CHANGE_PREFIX) || !Number.isSafeInteger(seq)) throw new Error('not a change entry');
  const parsed = ChangeBody.parse(JSON.parse(body.S));
  return {
    scope: parseUserPartition(pk.S),
    entry: fromBody(parsed, { seq, committedAtMs: Number(at.N) as EpochMs }),
  };
}

function toBody(entry: ChangeEntry): ChangeBody {
  const { seq: _seq, committedAtMs: _committedAtMs, ...rest } = entry;
  if (rest.kind === 'priorities') return { ...rest, metrics: [...rest.metrics] };
  if (rest.kind === 'records') return { ...rest, changes: [...rest.changes] };
  if (rest.kind !== 'samples') return rest;
  return {
    ...rest,
    changes: rest.changes.map(
      ({ metric, block, version, fromMs, toMs, dates, counts }): BlockTuple => [
        metric,
        block,
        version,
        fromMs,
        toMs - fromMs,
        dates,
        [counts.added, counts.updated, counts.deleted],
      ],
    ),
  };
}

function fromBody(
  body: ChangeBody,
  base: { readonly seq: number; readonly committedAtMs: EpochMs },
): ChangeEntry {
  if (body.kind === 'erasure') return { ...base, ...body, erasedAtMs: body.erasedAtMs as EpochMs };
  if (body.kind !== 'samples') return { ...base, ...body };
  return {
    ...base,
    ...body,
    changes: body.changes.map(
      ([metric, block, version, fromMs, spanMs, dates, [added, updated, deleted]]) => ({
        metric,
        sourceId: parseBlockName(metric, block).sourceId,
        block,
        version,
        fromMs,
        toMs: fromMs + spanMs,
        dates,
        counts: { added, updated, deleted },
      }),
    ),
  };
}
