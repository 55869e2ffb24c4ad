import * as z from 'zod';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { LogPosition, SessionFacts } from '../../impact/model.ts';
import type { SessionPointer } from '../../impact/session-directory.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import {
  SESSION_PLACE_PREFIX,
  SESSION_POINTER_PREFIX,
  sessionPlaceKey,
  sessionPointerKey,
} from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, optionalNumberOf, S, stringOf } from './dynamo.ts';
import { parseSessionPlace, sessionPlaceName } from './session-place.ts';

const Facts = z.object({
  endedAtMs: z.number().optional(),
  status: z.enum(['ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED']),
  credit: z.union([
    z.object({ kind: z.enum(['primary', 'single']), productId: z.string() }),
    z.object({ kind: z.enum(['several', 'none']) }),
  ]),
});

/** A position in the log: e epoch, n seq. */
export const toPosition = ({ epoch, seq }: LogPosition): Item => ({ e: S(epoch), n: N(seq) });
export const fromPosition = (item: Item): LogPosition => ({
  epoch: stringOf(item, 'e'),
  seq: numberOf(item, 'n'),
});

/** A pointer: as of which commit, and s the start (ms) under which the session is listed, unless it is deleted. */
export const toPointerItem = (scope: UserScope, { sessionId, asOf, startedAtMs }: SessionPointer): Item => ({
  ...sessionPointerKey(scope, sessionId),
  ...toPosition(asOf),
  ...(startedAtMs === undefined ? {} : { s: N(startedAtMs) }),
});

export const fromPointerItem = (item: Item): SessionPointer => ({
  sessionId: stringOf(item, 'sk').slice(SESSION_POINTER_PREFIX.length),
  asOf: fromPosition(item),
  startedAtMs: optionalNumberOf(item, 's') as EpochMs | undefined,
});

/** A listed session: v version of its row; p the rest, sealed for this place and version. */
export function toPlaceItem(
  scope: UserScope,
  facts: SessionFacts,
  dataKey: DataKey,
  randomness: Randomness,
): Item {
  const key = sessionPlaceKey(scope, sessionPlaceName(facts));
  const { endedAtMs, status, credit, version } = facts;
  const plain = new TextEncoder().encode(JSON.stringify({ endedAtMs, status, credit }));
  return { ...key, v: N(version), p: B(seal(plain, dataKey, aadOf(key, version), randomness)) };
}

/** Throws `UnsealError` when the facts are not those that were sealed for this place and version. */
export function fromPlaceItem(item: Item, dataKey: DataKey): SessionFacts {
  const version = numberOf(item, 'v');
  const plain = open(bytesOf(item, 'p'), dataKey, aadOf(item, version));
  const { endedAtMs, status, credit } = Facts.parse(JSON.parse(new TextDecoder().decode(plain)));
  const place = parseSessionPlace(stringOf(item, 'sk').slice(SESSION_PLACE_PREFIX.length));
  return { ...place, version, endedAtMs: endedAtMs as EpochMs | undefined, status, credit };
}

const aadOf = (key: Item, version: number): string =>
  `${stringOf(key, 'pk')}|${stringOf(key, 'sk')}|${version}`;
