import type { Announcements } from '../../connections/syncs/announcements.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import { announcedKey } from './core-keys.ts';
import { type Dynamo, N } from './dynamo.ts';
import { announceOnHead, readHeadSeq } from './head-announcement.ts';
import { isErased, sendTransaction } from './transaction.ts';

/** A busy user commits a few times a second; each round is one read and one transaction. */
const MAX_ROUND_COUNT = 12;
const BACKOFF = { baseMs: 10, capMs: 400 };
/** Past the life of a sync, no repeat comes any more. */
const MARKER_DAYS = 30;

export interface AnnouncementsDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** Announcements on the `core` table: head, change entry and a marker that says it was said, in one transaction. */
export const createAnnouncements = (deps: AnnouncementsDependencies): Announcements => ({
  announceBackfill: async (scope, end) => {
    const { dynamo, coreTable, clock, randomness } = deps;
    const marker = announcedKey(scope, `${end.syncId}#${end.dataType}`);
    const ttl = toEpochSec((end.committedAtMs + MARKER_DAYS * DAY_MS) as EpochMs);
    for (let round = 1; round <= MAX_ROUND_COUNT; round += 1) {
      const seq = await readHeadSeq(dynamo, coreTable, scope);
      if (seq === 'gone') return 'gone';
      const outcome = await sendTransaction(dynamo, {
        TransactItems: [
          ...announceOnHead(coreTable, scope, { ...end, seq: seq + 1 }),
          {
            Put: {
              TableName: coreTable,
              Item: { ...marker, ttl: N(ttl) },
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
        ],
      });
      if (outcome.kind === 'committed') return 'announced';
      if (outcome.reasons[2]?.Code === 'ConditionalCheckFailed') return 'repeated';
      if (isErased(outcome.reasons[0])) return 'gone';
      await clock.sleep(jitteredDelayMs(round, BACKOFF, randomness));
    }
    throw new AppError('server.unavailable', 'other writers of this user were faster each time', {
      retryAfterSec: 1,
    });
  },
});
