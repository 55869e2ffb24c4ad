import type { EntityDefinition, SyncSchema } from '../../../contracts/sync/entity.ts';
import { groupByRow, type PendingChange, rowNameOf } from '../store/queue.ts';
import { foldChanges } from './fold-changes.ts';

export interface PushLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
}

/** One change as it goes over the wire. */
export interface WireChange {
  readonly requestId: string;
  readonly entityType: string;
  readonly id: string;
  readonly op: 'create' | 'update' | 'delete';
  readonly baseVersion?: number;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly hlc: string;
}

export interface PushPlan {
  /** What one operation sends, in its order; empty: nothing can go now. */
  readonly heads: readonly PendingChange[];
  readonly changes: readonly WireChange[];
  /** Completed with the heads (CLI5). */
  readonly superseded: readonly string[];
  /** Rows that have writes and wait: for their time, for a person, or for a parent that waits. */
  readonly deferredCount: number;
  /** The earliest instant at which one of them may go. */
  readonly nextAttemptAtMs: number | undefined;
}

interface ReadyRow {
  readonly head: PendingChange;
  readonly entity: EntityDefinition;
  readonly superseded: readonly string[];
}

interface Queues {
  readonly ready: readonly ReadyRow[];
  /** Writes of which nothing is left to send. */
  readonly cancelled: readonly string[];
  /** One per row that waits: what it waits with. */
  readonly waiting: readonly PendingChange[];
  /** Rows among them that only this device has. */
  readonly unborn: readonly string[];
}

/**
 * CLI5: what the next operation sends of all that is queued. Per row one change at most, as what follows it
 * needs the version that it makes. Creations first, parents before children; then updates; then deletions,
 * children before parents; each in the order of writing. A creation or update whose parent exists only on this
 * device and does not go with it waits for it. Pure.
 */
export function planPush(
  schema: SyncSchema,
  queue: readonly PendingChange[],
  nowMs: number,
  limits: PushLimits,
): PushPlan {
  const { ready, cancelled, waiting, unborn } = foldRows(schema, queue, nowMs);
  const held = new Set(unborn);
  const early = deletionsBeforeTwins(ready);
  const sendable: ReadyRow[] = [];
  for (const row of [...ready].sort(compare)) {
    if (!waitsForParent(row, held) && !waitsForDeletion(row.head, early)) sendable.push(row);
    else if (row.head.change.op === 'create') held.add(rowNameOf(row.head.type, row.head.id));
  }
  const changes = cut(sendable, limits);
  const sent = sendable.slice(0, changes.length);
  const instants = waiting.filter(({ state }) => state === 'pending').map((change) => change.nextAttemptAtMs);
  return {
    heads: sent.map(({ head }) => head),
    changes,
    superseded: [...cancelled, ...sent.flatMap((row) => row.superseded)],
    deferredCount: waiting.length + ready.length - sendable.length,
    nextAttemptAtMs: instants.length === 0 ? undefined : Math.min(...instants),
  };
}

function foldRows(schema: SyncSchema, queue: readonly PendingChange[], nowMs: number): Queues {
  const ready: ReadyRow[] = [];
  const cancelled: string[] = [];
  const waiting: PendingChange[] = [];
  const unborn: string[] = [];
  for (const [name, row] of groupByRow(queue.filter(({ state }) => state !== 'acked'))) {
    const blocked = row.find((change) => change.state !== 'pending' || change.nextAttemptAtMs > nowMs);
    const entity = schema.entities.get(row[0]?.type ?? '');
    if (blocked !== undefined) {
      waiting.push(blocked);
      if (row.some(({ change }) => change.op === 'create' && change.baseVersion === undefined))
        unborn.push(name);
    } else if (entity !== undefined) {
      const { head, superseded } = foldChanges(entity, row);
      if (head === undefined) cancelled.push(...superseded);
      else ready.push({ head, entity, superseded });
    }
  }
  return { ready, cancelled, waiting, unborn };
}

const RANK = { create: 0, update: 1, delete: 2 } as const;

function compare(left: ReadyRow, right: ReadyRow): number {
  const rank = RANK[left.head.change.op] - RANK[right.head.change.op];
  if (rank !== 0) return rank;
  const order = left.entity.order - right.entity.order;
  if (left.head.change.op === 'create' && order !== 0) return order;
  if (left.head.change.op === 'delete' && order !== 0) return -order;
  return left.head.order - right.head.order;
}

function waitsForParent({ entity, head }: ReadyRow, held: ReadonlySet<string>): boolean {
  return Object.entries(entity.references).some(([field, { to }]) => {
    const parentId = head.change.data[field];
    return typeof parentId === 'string' && parentId !== head.id && held.has(rowNameOf(to, parentId));
  });
}

/**
 * Of types in which a value names one row (`same_by`): a creation after a deletion waits until the deletion is
 * through, or the server would take the new row for the one that goes. By type the order of the first deletion.
 */
function deletionsBeforeTwins(ready: Queues['ready']): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { head, entity } of ready) {
    if (head.change.op !== 'delete' || !entity.rules.some(({ kind }) => kind === 'same_by')) continue;
    first.set(head.type, Math.min(head.order, first.get(head.type) ?? head.order));
  }
  return first;
}

function waitsForDeletion(head: PendingChange, early: ReadonlyMap<string, number>): boolean {
  const order = early.get(head.type);
  return head.change.op === 'create' && order !== undefined && head.order > order;
}

function cut(sendable: readonly ReadyRow[], limits: PushLimits): readonly WireChange[] {
  const changes: WireChange[] = [];
  let bytes = 0;
  for (const { head } of sendable.slice(0, limits.maxCount)) {
    const change = toWire(head);
    bytes += payloadBytes(JSON.stringify(change)) + 1;
    if (bytes > limits.maxBytes && changes.length > 0) break;
    changes.push(change);
  }
  return changes;
}

function toWire({ requestId, type, id, change }: PendingChange): WireChange {
  return {
    requestId,
    entityType: type,
    id,
    op: change.op,
    ...(change.baseVersion === undefined ? {} : { baseVersion: change.baseVersion }),
    ...(change.op === 'delete' ? {} : { data: change.data }),
    hlc: change.hlc,
  };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * As a function behind the gateway gets it: UTF-8 as a text within JSON, whose quotes and backslashes take two.
 * Without an encoder, which not every phone's engine has.
 */
function payloadBytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Each half of a surrogate pair counts two of its four bytes.
    if (unit < 0x80) bytes += unit === QUOTE || unit === BACKSLASH ? 2 : 1;
    else bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}
