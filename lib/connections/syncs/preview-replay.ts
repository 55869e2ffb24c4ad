import type { Clock } from '../../core/clock.ts';
import { type LocalDate, SECOND_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStore } from '../connection-store.ts';
import type { Connection } from '../model.ts';
import type { ProviderDirectory } from '../provider-directory.ts';
import { payloadOf } from './apply-entry.ts';
import { type DataOutcome, type DataWriter, MAX_GROUP_COUNT } from './data-writer.ts';
import { mapPage } from './map-page.ts';
import { dataTypeOfRawKey, type RawStore, takenAtOfRawKey } from './raw-store.ts';
import type { ConnectionPlace } from './request-sync.ts';
import { requireKept } from './request-sync.ts';
import { keptKeys } from './run-replay.ts';

export interface PreviewDependencies {
  readonly connections: Pick<ConnectionStore, 'load'>;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly providers: ProviderDirectory;
  readonly raw: Pick<RawStore, 'list' | 'get'>;
  readonly writer: Pick<DataWriter, 'preview'>;
  readonly clock: Clock;
}

/** A caller waits for it: what is not looked at by then is left out, and that is said. */
const BUDGET_MS = 15 * SECOND_MS;
const MAX_CHANGE_COUNT = 100;

export interface ReplayPreview {
  /** False: there are more payloads than could be looked at in time. */
  readonly isComplete: boolean;
  readonly counts: DataOutcome['counts'] & { readonly payloads: number; readonly unreadable: number };
  /** What would move, by metric or kind of record and local dates; never a value. */
  readonly changes: DataOutcome['moves'];
}

/**
 * What mapping the kept payloads of these days again would do, without doing it (CON38). Each payload is judged
 * against what is stored now. Throws connection.not_found, backfill.range_invalid, provider.not_configured.
 */
export async function previewReplay(
  deps: PreviewDependencies,
  place: ConnectionPlace,
  days: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<ReplayPreview> {
  const { scope, connectionId } = place;
  const nowMs = deps.clock.now();
  const [connection, head] = await Promise.all([
    deps.connections.load(scope, connectionId),
    deps.heads.load(scope),
  ]);
  if (connection === undefined) {
    throw new AppError('connection.not_found', 'There is no connection by this id.');
  }
  requireKept(days, nowMs);
  const timeZone = connection.account.timeZone ?? head?.timeZone;
  let preview: ReplayPreview = { isComplete: true, counts: NOTHING, changes: [] };
  for await (const key of keptKeys({ deps, scope, connectionId }, days, undefined)) {
    if (deps.clock.now() >= nowMs + BUDGET_MS) return { ...preview, isComplete: false };
    preview = await addPayload(
      deps,
      { scope, connection, timeZone, correlationId: place.correlationId },
      key,
      preview,
    );
  }
  return preview;
}

const NOTHING: ReplayPreview['counts'] = {
  payloads: 0,
  accepted: 0,
  updated: 0,
  duplicate: 0,
  deleted: 0,
  refused: 0,
  unreadable: 0,
};

async function addPayload(
  deps: PreviewDependencies,
  at: {
    readonly scope: UserScope;
    readonly connection: Connection;
    readonly timeZone: string | undefined;
    readonly correlationId: string;
  },
  key: string,
  before: ReplayPreview,
): Promise<ReplayPreview> {
  const { definition } = await deps.providers.get(at.connection.provider);
  const type = definition.dataTypes.find(({ code }) => code === dataTypeOfRawKey(key));
  const body = type === undefined ? undefined : await deps.raw.get(at.scope, key);
  if (type === undefined || body === undefined) return before;
  const nowMs = deps.clock.now();
  const context = { timeZone: at.timeZone, nowMs };
  // It is told where the page is stored, and counted here.
  const mapped = mapPage(type, payloadOf(body), context, () => undefined);
  let { counts, changes } = before;
  counts = {
    ...counts,
    payloads: counts.payloads + 1,
    unreadable: counts.unreadable + mapped.unreadable.length,
  };
  for (let start = 0; start < mapped.records.length; start += MAX_GROUP_COUNT) {
    const outcome = await deps.writer.preview(at.scope, {
      groupKey: 'preview',
      provider: at.connection.provider,
      origin: 'backfill',
      correlationId: at.correlationId,
      nowMs,
      asOfMs: takenAtOfRawKey(key),
      records: mapped.records.slice(start, start + MAX_GROUP_COUNT),
    });
    counts = addOutcome(counts, outcome.counts);
    changes = [...changes, ...outcome.moves].slice(0, MAX_CHANGE_COUNT);
  }
  return { ...before, counts, changes };
}

const addOutcome = (
  left: ReplayPreview['counts'],
  right: DataOutcome['counts'],
): ReplayPreview['counts'] => ({
  ...left,
  accepted: left.accepted + right.accepted,
  updated: left.updated + right.updated,
  duplicate: left.duplicate + right.duplicate,
  deleted: left.deleted + right.deleted,
  refused: left.refused + right.refused,
});
