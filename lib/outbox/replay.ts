import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { jitteredDelayMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import type { EpochMs } from '../core/instants.ts';
import type { Randomness } from '../core/randomness.ts';
import type { UserScope } from '../samples/model.ts';
import type { OutboxLog } from './classify-record.ts';
import type { EventPublisher, OutboundEvent } from './event-publisher.ts';
import type { OutboxEntry } from './model.ts';
import { toEvents } from './to-event.ts';

const ENTRIES_PER_PAGE = 100;
const MAX_PUBLISH_ATTEMPTS = 8;
const RETRY = { baseMs: 100, capMs: 10_000 };

export interface ReplayUsers {
  /** User ids of the workspace after `afterUserId` in their order, at most `limit`; none: the end. */
  listUserIds(
    workspaceId: WorkspaceId,
    afterUserId: UserId | undefined,
    limit: number,
  ): Promise<readonly UserId[]>;
}

/** One of the two logs of each user. */
export interface ReplayFeed {
  /** Entries with seq above `sinceSeq`, in order, at most `limit`; none: the end. */
  loadAfter(scope: UserScope, sinceSeq: number, limit: number): Promise<readonly OutboxEntry[]>;
}

export interface ReplayDeps {
  readonly users: ReplayUsers;
  readonly feeds: Readonly<Record<OutboxLog, ReplayFeed>>;
  readonly publisher: EventPublisher;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface ReplayRequest {
  readonly workspaceId: WorkspaceId;
  /** Each counts by itself, so that a run is over one. */
  readonly log: OutboxLog;
  /** Entries committed in [fromMs, toMs). */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Where an earlier run stopped: its last `ReplayProgress.cursor`. */
  readonly resumeAfter?: ReplayCursor;
}

/** Everything up to and including entry `seq` of `userId` is on the bus. */
export interface ReplayCursor {
  readonly userId: UserId;
  readonly seq: number;
}

export interface ReplayProgress {
  readonly cursor: ReplayCursor;
  readonly userCount: number;
  readonly entryCount: number;
  readonly eventCount: number;
}

/**
 * Puts the events of a workspace's entries of one log and a time range on the bus again (OBX8), after an outage
 * longer than the stream's 24 hours. Same entries, same event ids: what was published before is dropped by
 * its id or changes nothing. Yields after every page of entries and after every user; a run that is cut off
 * goes on from the last cursor. Throws when the bus refuses the same entries eight times.
 */
export async function* replayChanges(
  deps: ReplayDeps,
  request: ReplayRequest,
): AsyncGenerator<ReplayProgress, void, undefined> {
  const totals = { userCount: 0, entryCount: 0, eventCount: 0 };
  for await (const start of usersOf(deps.users, request)) {
    totals.userCount += 1;
    const scope = { workspaceId: request.workspaceId, userId: start.userId };
    for await (const page of pagesOf(deps.feeds[request.log], scope, start.seq)) {
      const inRange = page.entries.filter(
        ({ committedAtMs }) => committedAtMs >= request.fromMs && committedAtMs < request.toMs,
      );
      const events = inRange.flatMap((entry) => toEvents(scope, entry));
      await publishUntilTaken(deps, events);
      totals.entryCount += inRange.length;
      totals.eventCount += events.length;
      yield { cursor: { userId: start.userId, seq: page.lastSeq }, ...totals };
    }
  }
}

async function* usersOf(users: ReplayUsers, request: ReplayRequest): AsyncGenerator<ReplayCursor> {
  if (request.resumeAfter !== undefined) yield request.resumeAfter;
  let after = request.resumeAfter?.userId;
  for (;;) {
    const userIds = await users.listUserIds(request.workspaceId, after, ENTRIES_PER_PAGE);
    if (userIds.length === 0) return;
    for (const userId of userIds) yield { userId, seq: 0 };
    after = userIds.at(-1);
  }
}

/** Pages in order of seq. Swept numbers are passed over: a replay takes what is there. */
async function* pagesOf(feed: ReplayFeed, scope: UserScope, sinceSeq: number) {
  let lastSeq = sinceSeq;
  for (;;) {
    const entries = await feed.loadAfter(scope, lastSeq, ENTRIES_PER_PAGE);
    if (entries.length === 0) return;
    lastSeq = entries.at(-1)?.seq ?? lastSeq;
    yield { entries, lastSeq };
  }
}

/** Publishes again what was not taken, and only that. */
async function publishUntilTaken(deps: ReplayDeps, events: readonly OutboundEvent[]): Promise<void> {
  let open = events;
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const outcomes = await deps.publisher.publish(open);
    const failed = open.filter((_, index) => outcomes[index]?.kind !== 'published');
    if (failed.length > 0 && attempt === MAX_PUBLISH_ATTEMPTS) {
      const reasons = new Set(
        outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? outcome.reason : [])),
      );
      throw new Error(`the bus refused ${failed.length} events: ${[...reasons].join(', ')}`);
    }
    if (failed.length > 0) await deps.clock.sleep(jitteredDelayMs(attempt, RETRY, deps.randomness));
    open = failed;
  }
}
