import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import { instantOfSortableId } from '../../core/ids.ts';
import type { EpochMs, LocalDate } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';

/** Where a page or payload lies: `date` is the UTC day it came on. */
export interface RawPlace {
  readonly connectionId: ConnectionId;
  readonly date: LocalDate;
  /** The sync that fetched it, or the push that brought it. */
  readonly syncId: string;
  readonly dataType: string;
  /** Distinguishes the pages of a type within a sync. */
  readonly name: string;
}

/**
 * What providers sent, as it came, sealed with the user's key: kept 30 days to be mapped again. Keys name no
 * user: the scope does. Throws AppError user.not_found and server.unavailable.
 */
export interface RawStore {
  /** Answers the key. A repeat of the same place replaces. */
  put(scope: UserScope, place: RawPlace, body: Uint8Array): Promise<string>;
  /** Undefined when it is not there any more. */
  get(scope: UserScope, key: string): Promise<Uint8Array | undefined>;
  /** Keys of one connection and day, in their order, those behind `after`; at most `limit`. */
  list(
    scope: UserScope,
    at: { readonly connectionId: ConnectionId; readonly date: LocalDate },
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<readonly string[]>;
  /** Everything kept of a connection. A repeat does nothing. */
  removeAll(scope: UserScope, connectionId: ConnectionId): Promise<void>;
}

export const RAW_KEPT_DAYS = 30;

/** `<connectionId>/<date>/<syncId>/<type>/<name>`. */
export const rawKeyOf = (place: RawPlace): string =>
  [place.connectionId, place.date, place.syncId, place.dataType, place.name].join('/');

/** The data type that a key names; undefined for what is no key. */
export const dataTypeOfRawKey = (key: string): string | undefined => key.split('/')[3];

/**
 * When what a key names was on its way at the latest: the beginning of its sync, or the moment of its push. What
 * was deleted after that stays deleted, whatever the payload says (CON38). Undefined for what is no key.
 */
export function takenAtOfRawKey(key: string): EpochMs | undefined {
  const sync = key.split('/')[2] ?? '';
  const push = /^push-(\d{1,15})$/.exec(sync)?.[1];
  return push === undefined ? instantOfSortableId(sync.slice('syn_'.length)) : (Number(push) as EpochMs);
}
