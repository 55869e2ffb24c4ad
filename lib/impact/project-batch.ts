import type { SAMPLES_CHANGED_V1, SamplesChangedV1 } from '../../contracts/events/samples-changed.v1.ts';
import type { SYNC_CHANGED_V1, SyncChangedV1 } from '../../contracts/events/sync-changed.v1.ts';
import { mapBounded } from '../core/map-bounded.ts';
import type { UserScope } from '../samples/model.ts';
import { type Faults, followTo, type Run } from './follow-messages.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { type ImpactKey, isComputed, projectKeys } from './impact-hooks.ts';
import type { SessionPlace } from './model.ts';
import { type ChangedBlock, changedBlocks, needsOf, type StartSpan, startSpans } from './touched-sessions.ts';

export type ImpactEvent =
  | { readonly type: typeof SYNC_CHANGED_V1; readonly detail: SyncChangedV1 }
  | { readonly type: typeof SAMPLES_CHANGED_V1; readonly detail: SamplesChangedV1 };

export interface ImpactMessage {
  readonly messageId: string;
  readonly event: ImpactEvent;
}

export interface ImpactReport {
  /** Messages that are to come again, each with the fault that stopped it. */
  readonly failed: ReadonlyMap<string, unknown>;
  readonly savedCount: number;
}

const USER_CONCURRENCY_COUNT = 2;
const SESSION_PAGE_COUNT = 200;

/**
 * Brings every row that a batch of messages asks for up to date (PRJ2). A session that fails, fails the messages
 * that named it, and samples that fail, those of the same user (PRJ4). `deadlineMs` is when to stop following a long
 * log: the messages then come again and go on. Changed priorities are the rebuilder's.
 */
export async function projectImpacts(
  deps: ImpactDeps,
  messages: readonly ImpactMessage[],
  deadlineMs: number,
): Promise<ImpactReport> {
  const failed = new Map<string, unknown>();
  let savedCount = 0;
  const onSaved = (count: number): void => {
    savedCount += count;
  };
  const users = Map.groupBy(messages, ({ event: { detail } }) => `${detail.workspaceId}/${detail.userId}`);
  await mapBounded([...users.values()], USER_CONCURRENCY_COUNT, async (ofUser) => {
    for (const { messageIds, work } of worksOf(ofUser)) {
      const faults = await work(deps, { deadlineMs, onSaved }).catch((fault: unknown) =>
        allOf(messageIds, fault),
      );
      for (const [messageId, fault] of faults) failed.set(messageId, fault);
    }
  });
  return { failed, savedCount };
}

interface Work {
  readonly messageIds: readonly string[];
  readonly work: (deps: ImpactDeps, run: Run) => Promise<Faults>;
}

const allOf = (messageIds: readonly string[], fault: unknown): Faults =>
  new Map(messageIds.map((messageId) => [messageId, fault]));

/** Sessions first: the samples of one message are looked at for the sessions of another. */
function worksOf(messages: readonly ImpactMessage[]): readonly Work[] {
  const [first] = messages;
  if (first === undefined) return [];
  const scope = scopeOf(first.event.detail);
  const details = <Type extends ImpactEvent['type']>(type: Type) =>
    messages.flatMap(({ messageId, event }) =>
      event.type === type
        ? { messageId, detail: event.detail as Extract<ImpactEvent, { readonly type: Type }>['detail'] }
        : [],
    );
  const synced = details('sync.changed.v1').filter(({ detail }) => detail.changes.some(isOfSessions));
  const samples = details('samples.changed.v1');
  const blocks = samples.flatMap(({ detail }) => changedBlocks(detail));
  const works: Work[] = [];
  if (synced.length > 0)
    works.push({ messageIds: idsOf(synced), work: (deps, run) => followTo(deps, scope, synced, run) });
  if (blocks.length > 0)
    works.push({
      messageIds: idsOf(samples),
      work: (deps, run) => recomputeTouched(deps, scope, blocks, run),
    });
  return works;
}

const idsOf = (group: readonly { readonly messageId: string }[]) => group.map(({ messageId }) => messageId);

const isOfSessions = ({ entityType }: { readonly entityType: string }): boolean =>
  entityType === 'sessions' || entityType === 'consumptions';

/** Events carry ids as plain text; the relay wrote them from keys. */
const scopeOf = (detail: { readonly workspaceId: string; readonly userId: string }): UserScope =>
  ({ workspaceId: detail.workspaceId, userId: detail.userId }) as UserScope;

/**
 * One Query mostly decides that no session is near. Not the mark: a follower lists sessions, reads their samples and
 * moves the mark in this order, so that samples of meanwhile find the session here.
 */
async function recomputeTouched(
  deps: ImpactDeps,
  scope: UserScope,
  blocks: readonly ChangedBlock[],
  { onSaved }: Run,
): Promise<Faults> {
  for (const span of startSpans(blocks)) {
    for await (const keys of touchedKeys(deps, scope, { blocks, span }))
      onSaved(await projectKeys(deps, scope, keys));
  }
  return new Map();
}

async function* touchedKeys(
  { directory }: ImpactDeps,
  scope: UserScope,
  { blocks, span }: { readonly blocks: readonly ChangedBlock[]; readonly span: StartSpan },
): AsyncGenerator<readonly ImpactKey[]> {
  let after: SessionPlace | undefined;
  for (;;) {
    const sessions = await directory.list(scope, { ...span, after, limit: SESSION_PAGE_COUNT });
    yield sessions
      .filter(isComputed)
      .flatMap((session) =>
        [...needsOf(session, blocks)].map(([metric, needs]) => ({ session, metric, needs })),
      );
    if (sessions.length < SESSION_PAGE_COUNT) return;
    after = sessions.at(-1);
  }
}
