import { OPERATION_LEDGER_DAYS } from '../../../contracts/sync/protocol.ts';
import { DAY_MS, type EpochMs, SECOND_MS, toEpochSec } from '../../core/instants.ts';
import type { Operation } from '../../sync/model.ts';
import { entityOperationKey, entityOperationPartKey } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, S, stringOf } from './dynamo.ts';
import { type EntitySeal, openBytes, openText, sealBytes, sealText } from './entity-seal.ts';

/** An item takes 400 KB with its names; what is longer goes on in parts. */
const MAX_PART_BYTES = 350_000;

/**
 * The ledger row, and the parts behind it where the answer is long. `ttl` outlives the horizon (SYN5).
 */
export function toOperationItems(operation: Operation, nowMs: EpochMs, seal: EntitySeal): readonly Item[] {
  const sealed = split(Buffer.from(operation.result, 'utf8')).map((bytes, part) =>
    B(sealBytes(seal, placeOf(operation, part), bytes)),
  );
  const ttl = N(toEpochSec((nowMs + OPERATION_LEDGER_DAYS * DAY_MS) as EpochMs));
  const [body = B(new Uint8Array()), ...rest] = sealed;
  const row = {
    ...entityOperationKey(seal.scope, operation.operationId),
    // Sealed as well: of a short request without anything random in it the hash would tell what it said.
    h: B(sealText(seal, placeOf(operation, 'hash'), operation.payloadHash)),
    st: S(operation.state),
    tk: S(operation.token),
    leaseUntil: N(operation.leaseUntilMs),
    decided: N(operation.decidedCount),
    parts: N(sealed.length),
    ttl,
    body,
  };
  const parts = rest.map((part, index) => ({
    ...entityOperationPartKey(seal.scope, operation.operationId, index + 1),
    ttl,
    body: part,
  }));
  return [row, ...parts];
}

type Placed = Pick<Operation, 'operationId' | 'state' | 'token' | 'decidedCount'>;
const placeOf = ({ operationId, state, token, decidedCount }: Placed, part: number | 'hash') => ({
  sortKey: `ENTITYOP#${operationId}#${part}`,
  version: `${state}|${token}|${decidedCount}`,
});

function split(bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [bytes.subarray(0, MAX_PART_BYTES)];
  for (let from = MAX_PART_BYTES; from < bytes.length; from += MAX_PART_BYTES) {
    parts.push(bytes.subarray(from, from + MAX_PART_BYTES));
  }
  return parts;
}

/** How many parts lie beside the row; undefined when the row has expired: DynamoDB removes it days late. */
export const partCountOf = (item: Item, nowMs: EpochMs): number | undefined =>
  numberOf(item, 'ttl') * SECOND_MS <= nowMs ? undefined : numberOf(item, 'parts') - 1;

/** `parts` in their order. */
export function fromOperationItem(
  operationId: string,
  item: Item,
  parts: readonly Item[],
  seal: Pick<EntitySeal, 'scope' | 'key'>,
): Operation {
  const row = {
    operationId,
    state: stringOf(item, 'st') === 'done' ? ('done' as const) : ('running' as const),
    token: stringOf(item, 'tk'),
    leaseUntilMs: numberOf(item, 'leaseUntil') as EpochMs,
    decidedCount: numberOf(item, 'decided'),
  };
  const opened = [item, ...parts].map((part, index) =>
    openBytes(seal, placeOf(row, index), bytesOf(part, 'body')),
  );
  const payloadHash = openText(seal, placeOf(row, 'hash'), bytesOf(item, 'h'));
  return { ...row, payloadHash, result: Buffer.concat(opened).toString('utf8') };
}
