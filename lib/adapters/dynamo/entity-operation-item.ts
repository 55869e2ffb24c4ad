import { OPERATION_LEDGER_DAYS } from '../../../contracts/sync/protocol.ts';
import { DAY_MS, type EpochMs, SECOND_MS, toEpochSec } from '../../core/instants.ts';
import type { Operation } from '../../sync/model.ts';
import { entityOperationKey, entityOperationPartKey } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, S, stringOf } from './dynamo.ts';
import { type EntitySeal, openText, sealText } from './entity-seal.ts';

/** An item takes 400 KB with its names; what is longer goes on in parts. */
const MAX_PART_CHARS = 100_000;

/**
 * The ledger row, and the parts behind it where the answer is long: JSON of up to 300 KB per part, since a
 * character takes three bytes at most. `ttl` outlives the horizon (SYN5).
 */
export function toOperationItems(operation: Operation, nowMs: EpochMs, seal: EntitySeal): readonly Item[] {
  const texts = split(operation.result);
  const sealed = texts.map((text, part) => B(sealText(seal, placeOf(operation, part), text)));
  const ttl = N(toEpochSec((nowMs + OPERATION_LEDGER_DAYS * DAY_MS) as EpochMs));
  const [body = B(new Uint8Array()), ...rest] = sealed;
  const row = {
    ...entityOperationKey(seal.scope, operation.operationId),
    h: S(operation.payloadHash),
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

const placeOf = ({ operationId, state, token, decidedCount }: Omit<Operation, 'result'>, part: number) => ({
  sortKey: `ENTITYOP#${operationId}#${part}`,
  version: `${state}|${token}|${decidedCount}`,
});

/** Never within a surrogate pair: each part is UTF-8 of its own. */
function split(text: string): readonly string[] {
  if (text.length <= MAX_PART_CHARS) return [text];
  const texts: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = Math.min(from + MAX_PART_CHARS, text.length);
    const last = text.charCodeAt(end - 1);
    const isPairCut = end < text.length && last >= 0xd800 && last <= 0xdbff;
    const to = isPairCut ? end - 1 : end;
    texts.push(text.slice(from, to));
    from = to;
  }
  return texts;
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
    payloadHash: stringOf(item, 'h'),
    state: stringOf(item, 'st') === 'done' ? ('done' as const) : ('running' as const),
    token: stringOf(item, 'tk'),
    leaseUntilMs: numberOf(item, 'leaseUntil') as EpochMs,
    decidedCount: numberOf(item, 'decided'),
  };
  const texts = [item, ...parts].map((part, index) =>
    openText(seal, placeOf(row, index), bytesOf(part, 'body')),
  );
  return { ...row, result: texts.join('') };
}
