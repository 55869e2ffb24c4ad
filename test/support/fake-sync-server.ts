import type { SyncSchema } from '../../contracts/sync/entity.ts';
import { NetworkError } from '../../lib/client/client-error.ts';
import type { WireChange } from '../../lib/client/engine/plan-push.ts';
import type { Transport, TransportAnswer, TransportRequest } from '../../lib/client/transport.ts';
import { canonicalJson } from '../../lib/core/canonical-json.ts';
import { mergeChange } from '../../lib/sync/merge/merge-change.ts';
import type { RowState } from '../../lib/sync/merge/row.ts';
import { addHash, formatHash, rowHash } from '../../lib/sync/merge/row-hash.ts';
import { validateChange } from '../../lib/sync/merge/validate-change.ts';

interface LogItem {
  readonly seq: number;
  readonly entityType: string;
  readonly id: string;
}

export type Fault =
  | 'request lost'
  | 'reply lost'
  | { readonly status: number; readonly code?: string; readonly headers?: Record<string, string> };

/** What tests of the client look at and turn. */
export interface FakeSyncServer {
  readonly transport: Transport;
  readonly requests: TransportRequest[];
  nowMs: number;
  epoch: number;
  pageSize: number;
  /** What happens to the next requests of a path, in order. */
  fault(path: string, ...faults: Fault[]): void;
  row(type: string, id: string): RowState | undefined;
  /** Overwrites a row as another device would. */
  put(type: string, id: string, data: Readonly<Record<string, unknown>> | undefined): void;
  /** Takes a row away without any trace in the log. */
  corrupt(type: string, id: string): void;
  refuse:
    | ((change: WireChange) => { readonly code: string; readonly retryable: boolean } | undefined)
    | undefined;
  rename: ((change: WireChange) => string | undefined) | undefined;
  outcome: ((change: WireChange) => 'manual' | undefined) | undefined;
  readonly openConflicts: Set<string>;
  forgetHistory(): void;
}

interface State {
  rows: Map<string, RowState>;
  log: LogItem[];
  operations: Map<string, { readonly hash: string; readonly body: string }>;
}

/** A server of one user in memory, with the merge core of the real one: for faults that the real one never has. */
export function createFakeSyncServer(schema: SyncSchema): FakeSyncServer {
  const faults = new Map<string, Fault[]>();
  const state: State = { rows: new Map(), log: [], operations: new Map() };
  const server: FakeSyncServer = {
    requests: [],
    nowMs: 1_790_000_000_000,
    epoch: 1,
    pageSize: 100,
    fault: (path, ...next) => faults.set(path, [...(faults.get(path) ?? []), ...next]),
    row: (type, id) => state.rows.get(`${type} ${id}`),
    put(type, id, data) {
      const before = state.rows.get(`${type} ${id}`);
      const version = (before?.version ?? 0) + 1;
      state.rows.set(`${type} ${id}`, {
        version,
        deleted: data === undefined,
        data: data ?? {},
        stamps: {},
        elements: {},
      });
      state.log.push({ seq: state.log.length + 1, entityType: type, id });
    },
    corrupt: (type, id) => void state.rows.delete(`${type} ${id}`),
    refuse: undefined,
    rename: undefined,
    outcome: undefined,
    openConflicts: new Set(),
    forgetHistory() {
      state.log = [];
      state.rows = new Map();
      server.epoch += 1;
    },
    transport: {
      async send(request) {
        server.requests.push(request);
        await Promise.resolve();
        const fault = faults.get(request.path)?.shift();
        if (fault === 'request lost') throw new NetworkError('lost');
        if (typeof fault === 'object')
          return problem(server, fault.status, fault.code ?? 'x.y', fault.headers);
        const answer = route(schema, server, state, request);
        await Promise.resolve();
        if (fault === 'reply lost') throw new NetworkError('lost');
        return answer;
      },
    },
  };
  return server;
}

const timeOf = (server: FakeSyncServer) => ({ 'x-headwater-time': String(server.nowMs) });
const json = (server: FakeSyncServer, value: unknown, status = 200): TransportAnswer => ({
  status,
  headers: timeOf(server),
  body: typeof value === 'string' ? value : JSON.stringify(value),
});
const problem = (
  server: FakeSyncServer,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): TransportAnswer => ({
  status,
  headers: { ...timeOf(server), ...headers },
  body: JSON.stringify({ code }),
});

function route(
  schema: SyncSchema,
  server: FakeSyncServer,
  state: State,
  request: TransportRequest,
): TransportAnswer {
  if (request.path === '/v1/sync/push') return push(schema, server, state, request);
  if (request.path === '/v1/sync/changes') return changes(server, state, request.query ?? {});
  if (request.path === '/v1/sync/snapshot') return snapshot(server, state, request.query ?? {});
  if (request.path === '/v1/sync/digest') return digest(server, state);
  if (request.path === '/v1/sync/conflicts') {
    return json(server, {
      conflicts: [...server.openConflicts].map((conflictId) => ({ conflictId })),
      nextCursor: null,
    });
  }
  if (request.path === '/v1/sync/conflicts/batch-resolve') {
    const { resolutions, operationId } = JSON.parse(request.body ?? '{}');
    for (const { conflictId } of resolutions) server.openConflicts.delete(conflictId);
    return json(server, { operationId, seq: 0, resolved: [{ ...resolutions[0], version: 1 }], failed: [] });
  }
  return problem(server, 404, 'request.not_found');
}

function push(
  schema: SyncSchema,
  server: FakeSyncServer,
  state: State,
  request: TransportRequest,
): TransportAnswer {
  const body = JSON.parse(request.body ?? '{}') as {
    deviceId: string;
    operationId: string;
    changes: WireChange[];
  };
  const hash = canonicalJson(body);
  const known = state.operations.get(body.operationId);
  if (known !== undefined) {
    return known.hash === hash ? json(server, known.body) : problem(server, 422, 'sync.payload_conflict');
  }
  const answer = {
    operationId: body.operationId,
    seq: 0,
    successful: [] as unknown[],
    conflicts: [] as unknown[],
    failed: [] as unknown[],
  };
  for (const change of body.changes) pushOne(schema, server, state, change, answer);
  answer.seq = state.log.length;
  const text = JSON.stringify(answer);
  state.operations.set(body.operationId, { hash, body: text });
  return json(server, text, answer.conflicts.length + answer.failed.length > 0 ? 207 : 200);
}

function pushOne(
  schema: SyncSchema,
  server: FakeSyncServer,
  state: State,
  change: WireChange,
  answer: { successful: unknown[]; conflicts: unknown[]; failed: unknown[] },
): void {
  const { requestId, entityType } = change;
  const refused = server.refuse?.(change);
  if (refused !== undefined) {
    answer.failed.push({ requestId, message: 'as told', ...refused });
    return;
  }
  const id = server.rename?.(change) ?? change.id;
  const named = { requestId, entityType, id, ...(id === change.id ? {} : { clientId: change.id }) };
  const key = `${entityType} ${id}`;
  const stored = state.rows.get(key);
  if (server.outcome?.(change) === 'manual') {
    const conflictId = `c-${requestId}`;
    server.openConflicts.add(conflictId);
    answer.conflicts.push({
      ...named,
      conflictId,
      outcome: 'manual',
      version: stored?.version ?? 0,
      server: null,
    });
    return;
  }
  const valid = validateChange(schema, change, { nowMs: server.nowMs });
  const missing = valid.ok
    ? Object.entries(valid.value.entity.references).find(([field, { to }]) => {
        const parent = valid.value.change.data[field];
        return typeof parent === 'string' && state.rows.get(`${to} ${parent}`)?.deleted !== false;
      })
    : undefined;
  if (missing !== undefined) {
    answer.failed.push({ requestId, code: 'sync.reference_missing', message: missing[0], retryable: true });
    return;
  }
  const outcome = valid.ok
    ? mergeChange(valid.value.entity, stored, valid.value.change, { nowMs: server.nowMs })
    : ({ kind: 'refused', code: valid.failure.code, message: valid.failure.message } as const);
  if (outcome.kind === 'refused') {
    answer.failed.push({ requestId, code: outcome.code, message: outcome.message, retryable: false });
    return;
  }
  if (outcome.kind === 'changed') {
    state.rows.set(key, outcome.row);
    state.log.push({ seq: state.log.length + 1, entityType, id });
  }
  const { version, deleted, data } = outcome.row;
  if (outcome.conflict === undefined) answer.successful.push({ ...named, version });
  else {
    const image = { id, version, deleted, data, updatedAt: '2026-09-21T00:00:00.000Z' };
    answer.conflicts.push({
      ...named,
      conflictId: `c-${requestId}`,
      outcome: outcome.conflict.outcome,
      version,
      server: image,
    });
  }
}

function changes(
  server: FakeSyncServer,
  state: State,
  query: Readonly<Record<string, string>>,
): TransportAnswer {
  const [epoch, seqText] = (query['cursor'] ?? `${server.epoch}.0`).split('.');
  if (Number(epoch) !== server.epoch) return problem(server, 410, 'sync.resync_required');
  const limit = Math.min(Number(query['limit'] ?? 100), server.pageSize);
  const seq = Number(seqText);
  const page = state.log.slice(seq, seq + limit);
  const rows = new Map(page.map((item) => [`${item.entityType} ${item.id}`, item]));
  const found = [...rows.values()].flatMap(({ entityType, id, seq: itemSeq }) => {
    const row = state.rows.get(`${entityType} ${id}`);
    if (row === undefined) return [];
    const { version, deleted, data } = row;
    const op = deleted ? 'delete' : 'upsert';
    return [
      {
        entityType,
        id,
        op,
        version,
        seq: itemSeq,
        ...(deleted ? {} : { data }),
        updatedAt: '2026-09-21T00:00:00.000Z',
        originDeviceId: null,
      },
    ];
  });
  const next = seq + page.length;
  return json(server, {
    changes: found,
    cursor: `${server.epoch}.${next}`,
    hasMore: next < state.log.length,
  });
}

function snapshot(
  server: FakeSyncServer,
  state: State,
  query: Readonly<Record<string, string>>,
): TransportAnswer {
  const [epoch, afterKey = '', then = String(state.log.length)] = (
    query['cursor'] ?? `${server.epoch}`
  ).split('|');
  if (Number(epoch) !== server.epoch) return problem(server, 410, 'sync.resync_required');
  const living = [...state.rows]
    .filter(([, row]) => !row.deleted)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const rest = living.filter(([key]) => key > afterKey);
  const page = rest.slice(0, server.pageSize);
  const rows = page.map(([key, { version, data }]) => {
    const [entityType, id] = key.split(' ');
    return {
      entityType,
      id,
      version,
      seq: 0,
      data,
      updatedAt: '2026-09-21T00:00:00.000Z',
      originDeviceId: null,
    };
  });
  const hasMore = rest.length > page.length;
  const cursor = hasMore ? `${epoch}|${page.at(-1)?.[0]}|${then}` : null;
  return json(server, {
    rows,
    cursor,
    hasMore,
    thenCursor: `${epoch}.${then}`,
    progress: { rowsTotal: living.length },
  });
}

function digest(server: FakeSyncServer, state: State): TransportAnswer {
  const sums = new Map<string, { count: number; sum: bigint }>();
  for (const [key, row] of state.rows) {
    if (row.deleted) continue;
    const [type = '', id = ''] = key.split(' ');
    const { count, sum } = sums.get(type) ?? { count: 0, sum: 0n };
    sums.set(type, { count: count + 1, sum: addHash(sum, rowHash(id, row.version, row.data)) });
  }
  const types = Object.fromEntries(
    [...sums].map(([type, { count, sum }]) => [type, { count, hash: formatHash(sum) }]),
  );
  return json(server, { seq: state.log.length, types });
}
