import { BackfillRequest, ReplayRequest, SyncPageQuery } from '../../../contracts/http/syncs.ts';
import { SyncId } from '../../../contracts/primitives/ids.ts';
import {
  getSync,
  type HistoryDependencies,
  listQuarantine,
  listSyncs,
} from '../../../lib/connections/syncs/list-syncs.ts';
import { type PreviewDependencies, previewReplay } from '../../../lib/connections/syncs/preview-replay.ts';
import {
  type ConnectionPlace,
  type PastDependencies,
  requestBackfill,
  requestReplay,
  requestSync,
} from '../../../lib/connections/syncs/request-sync.ts';
import { toQuarantinedAnswer, toSyncAnswer } from '../../../lib/connections/to-answer.ts';
import type { LocalDate } from '../../../lib/core/instants.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { parseInstant } from '../../../lib/reads/parse-query.ts';
import type { ApiRequest, OperationHandlers } from '../../_platform/http/operation.ts';
import { parseJsonBody, parseQuery } from '../../_platform/http/parse-json-body.ts';
import { connectionIdOf, syncIdOf } from './path-ids.ts';

export interface SyncOperationDependencies
  extends PastDependencies,
    HistoryDependencies,
    PreviewDependencies {
  readonly connections: PastDependencies['connections'] & HistoryDependencies['connections'];
  readonly syncs: PastDependencies['syncs'] & HistoryDependencies['syncs'];
}

export const syncOperations = (deps: SyncOperationDependencies): OperationHandlers => ({
  ...requestOperations(deps),
  ...historyOperations(deps),
});

const placeOf = (request: ApiRequest): ConnectionPlace => ({
  scope: request.userScope(),
  connectionId: connectionIdOf(request),
  correlationId: request.correlationId,
});

const requestOperations = (deps: SyncOperationDependencies): OperationHandlers => ({
  startSync: async (request) => ({
    status: 202,
    body: { syncId: await requestSync(deps, placeOf(request)) },
  }),
  startBackfill: async (request) => {
    const { from, to, types = [] } = parseJsonBody(BackfillRequest, request);
    const window = { fromMs: parseInstant('from', from).atMs, toMs: parseInstant('to', to).atMs };
    const syncId = await requestBackfill(deps, placeOf(request), { window, types });
    return { status: 202, body: { syncId } };
  },
  replayPayloads: async (request) => {
    const { from, to, dryRun } = parseJsonBody(ReplayRequest, request);
    const days = { from: from as LocalDate, to: to as LocalDate };
    if (dryRun === true) {
      const { isComplete, ...preview } = await previewReplay(deps, placeOf(request), days);
      return { status: 200, body: { complete: isComplete, ...preview } };
    }
    return { status: 202, body: { syncId: await requestReplay(deps, placeOf(request), days) } };
  },
});

const historyOperations = (deps: SyncOperationDependencies): OperationHandlers => ({
  listSyncs: async (request) => {
    const { limit, cursor } = parseQuery(SyncPageQuery, request);
    const before = cursor === undefined ? undefined : syncCursorOf(cursor);
    const page = { before, limit: limit + 1 };
    const found = await listSyncs(deps, request.userScope(), connectionIdOf(request), page);
    const syncs = found.slice(0, limit);
    const nextCursor = found.length > limit ? (syncs.at(-1)?.syncId ?? null) : null;
    return { status: 200, body: { syncs: syncs.map(toSyncAnswer), nextCursor } };
  },
  getSync: async (request) => ({
    status: 200,
    body: toSyncAnswer(await getSync(deps, request.userScope(), connectionIdOf(request), syncIdOf(request))),
  }),
  getSyncById: async (request) => ({
    status: 200,
    body: toSyncAnswer(await getSync(deps, request.userScope(), undefined, syncIdOf(request))),
  }),
  listQuarantine: async (request) => {
    const { limit, cursor } = parseQuery(SyncPageQuery, request);
    const after = cursor === undefined ? undefined : quarantineCursorOf(cursor);
    const page = { after, limit: limit + 1 };
    const found = await listQuarantine(deps, request.userScope(), connectionIdOf(request), page);
    const records = found.slice(0, limit);
    const last = found.length > limit ? records.at(-1) : undefined;
    const nextCursor = last === undefined ? null : toCursor(last.quarantineId);
    return { status: 200, body: { records: records.map(toQuarantinedAnswer), nextCursor } };
  },
});

function syncCursorOf(cursor: string): SyncId {
  const parsed = SyncId.safeParse(cursor);
  if (!parsed.success) throw badCursor();
  return parsed.data;
}

const toCursor = (id: string): string => Buffer.from(id).toString('base64url');

/** Back from the form that an answer gave; ids are printable and have no `#` or `~`, which keys are made with. */
function quarantineCursorOf(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (toCursor(id) !== cursor || !/^[!"$-}]{1,500}$/.test(id)) throw badCursor();
  return id;
}

const badCursor = (): AppError =>
  new AppError('request.bad_cursor', 'Send nextCursor of the page before, or no cursor.');
