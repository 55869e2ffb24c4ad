import type { Clock } from '../core/clock.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { AppError, type FieldFault } from '../problems/app-error.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { Head, PrioritySettings, UserScope } from '../samples/model.ts';
import { rollupMetricsOf } from './rebuild.ts';

export type Orders = PrioritySettings['orders'];

export interface PriorityChange {
  readonly priorities: PrioritySettings;
  /** Metrics whose stored rows are to be computed again, and the keys of nights and workouts. */
  readonly metrics: readonly string[];
}

/** Keys of orders that decide between records, not between samples. */
const RECORD_KEYS = ['sleep_session', 'workout'] as const;

/**
 * What replacing all orders by `orders` changes, stamped with `seq`; undefined when it changes nothing. A
 * removed order is a change of its key: numbers of changes never disappear, or a fingerprint could return
 * to an earlier one.
 */
export function decidePriorities(
  head: Pick<Head, 'priorities' | 'series'>,
  orders: Orders,
  seq: number,
): PriorityChange | undefined {
  const before = head.priorities.orders;
  const keys = new Set([...Object.keys(before), ...Object.keys(orders)]);
  const changed = [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(orders[key]));
  if (changed.length === 0) return undefined;
  const metrics = [...rollupMetricsOf(head).map(({ code }) => code), ...RECORD_KEYS];
  return {
    priorities: {
      orders,
      changedAt: { ...head.priorities.changedAt, ...Object.fromEntries(changed.map((key) => [key, seq])) },
    },
    metrics: changed.includes('*') ? metrics : metrics.filter((code) => changed.includes(code)),
  };
}

/** Faults that the shape of the body does not show: an empty order, and one that names somebody twice. */
export function checkOrders(orders: Orders): Result<Orders, readonly FieldFault[]> {
  const faults = Object.entries(orders).flatMap(([key, order]): readonly FieldFault[] => {
    const path = `/orders/${key}`;
    if (order.length === 0) {
      return [{ path, code: 'empty', message: 'name at least one, or leave the key out' }];
    }
    if (new Set(order).size === order.length) return [];
    return [{ path, code: 'duplicate', message: 'each provider or source once' }];
  });
  return faults.length === 0 ? ok(orders) : fail(faults);
}

/** A conflict means that an ingest of the same user came between; each try reads the head again. */
const MAX_ATTEMPT_COUNT = 8;
/** Times the attempt: in all a third of a second, longer than a transaction of another writer takes. */
const PAUSE_MS = 10;

export interface PriorityDeps {
  readonly heads: HeadStore;
  readonly clock: Clock;
}

/**
 * Replaces a user's orders with a change entry in the same transaction, and answers the head as it is then.
 * `request.invalid`, `user.not_found`, and `user.conflict` when others keep writing. A repeat changes
 * nothing: no new seq, no event (SRC9).
 */
export async function replacePriorities(
  deps: PriorityDeps,
  scope: UserScope,
  request: { readonly orders: Orders; readonly correlationId: string },
): Promise<Pick<Head, 'priorities' | 'seq' | 'series'>> {
  const checked = checkOrders(request.orders);
  if (!checked.ok) {
    throw new AppError('request.invalid', 'The orders cannot be taken.', { faults: checked.failure });
  }
  for (let attempt = 0; attempt < MAX_ATTEMPT_COUNT; attempt += 1) {
    const head = await loadLivingHead(deps.heads, scope);
    const seq = head.seq + 1;
    const change = decidePriorities(head, checked.value, seq);
    if (change === undefined) return head;
    const outcome = await deps.heads.savePriorities(scope, head.seq, change.priorities, {
      kind: 'priorities',
      seq,
      committedAtMs: deps.clock.now(),
      correlationId: request.correlationId,
      metrics: change.metrics,
    });
    if (outcome === 'saved') return { ...head, priorities: change.priorities, seq };
    if (outcome === 'erased') throw noUser();
    await deps.clock.sleep((attempt + 1) * PAUSE_MS);
  }
  throw new AppError('user.conflict', 'Others keep writing to this user; try again.');
}

/** The head of a user who exists and is not erased; else `user.not_found`. */
export async function loadLivingHead(heads: Pick<HeadStore, 'load'>, scope: UserScope): Promise<Head> {
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) throw noUser();
  return head;
}

const noUser = (): AppError => new AppError('user.not_found', 'There is no user by this id.');
