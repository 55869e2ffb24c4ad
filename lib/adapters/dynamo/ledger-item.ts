import { assertNever } from '../../core/assert.ts';
import { type EpochMs, SECOND_MS, toEpochSec } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { Ledger, LedgerStatus, UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { ledgerKey, userPartition } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, optionalStringOf, S, stringOf } from './dynamo.ts';

/**
 * A ledger row in the `core` table: st state, h payload hash, ttl; then by state c status, p answer or
 * progress (sealed: refusals quote what was sent), k key of the payload in S3, nx next unit of work.
 * `ttl` is in whole seconds, so `expiresAtMs` comes back rounded down to one.
 */
export function toLedgerItem(
  place: { readonly scope: UserScope; readonly requestId: string },
  row: Ledger,
  key: DataKey,
  randomness: Randomness,
): Item {
  const base = {
    ...ledgerKey(place.scope, place.requestId),
    st: S(row.state),
    h: S(row.payloadHash),
    ttl: N(toEpochSec(row.expiresAtMs)),
  };
  const sealed = (text: string) =>
    B(seal(Buffer.from(text, 'utf8'), key, aadOf(place, row.state), randomness));
  switch (row.state) {
    case 'answered':
      return 'inline' in row.answer
        ? { ...base, c: N(row.status), p: sealed(row.answer.inline) }
        : { ...base, c: N(row.status), k: S(row.answer.payloadKey) };
    case 'queued':
      return { ...base, k: S(row.payloadKey) };
    case 'running': {
      const running = { ...base, nx: N(row.next), p: sealed(row.progress) };
      return row.payloadKey === undefined ? running : { ...running, k: S(row.payloadKey) };
    }
    default:
      return assertNever(row);
  }
}

/** Undefined when the row has expired: DynamoDB removes such rows days late. */
export function fromLedgerItem(
  place: { readonly scope: UserScope; readonly requestId: string },
  item: Item,
  key: DataKey,
  nowMs: EpochMs,
): Ledger | undefined {
  const expiresAtMs = (numberOf(item, 'ttl') * SECOND_MS) as EpochMs;
  if (expiresAtMs <= nowMs) return undefined;
  const base = { payloadHash: stringOf(item, 'h'), expiresAtMs };
  const state = stringOf(item, 'st');
  const opened = () => Buffer.from(open(bytesOf(item, 'p'), key, aadOf(place, state))).toString('utf8');
  const payloadKey = optionalStringOf(item, 'k');
  switch (state) {
    case 'answered':
      return {
        ...base,
        state,
        status: statusOf(numberOf(item, 'c')),
        answer: payloadKey === undefined ? { inline: opened() } : { payloadKey },
      };
    case 'queued':
      return { ...base, state, payloadKey: stringOf(item, 'k') };
    case 'running':
      return { ...base, state, payloadKey, next: numberOf(item, 'nx'), progress: opened() };
    default:
      throw new Error(`stored ledger row has the state "${state}"`);
  }
}

const LEDGER_STATUSES: readonly LedgerStatus[] = [200, 207, 400];

function statusOf(stored: number): LedgerStatus {
  const status = LEDGER_STATUSES.find((known) => known === stored);
  if (status === undefined) throw new Error(`stored ledger row has the status ${stored}`);
  return status;
}

const aadOf = (
  { scope, requestId }: { readonly scope: UserScope; readonly requestId: string },
  state: string,
): string => `${userPartition(scope)}|LEDGER#${requestId}|${state}`;
