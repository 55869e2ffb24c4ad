import type { BlockChange, Origin } from '../../contracts/events/samples-changed.v1.ts';
import type { EpochMs } from '../core/instants.ts';

interface ChangeEntryBase {
  readonly seq: number;
  readonly committedAtMs: EpochMs;
  readonly correlationId: string;
}

/**
 * One item per committed transaction of a user: the outbox record and the change feed in one.
 * It is written in the transaction that it describes, so there is no second write to lose.
 */
export type ChangeEntry =
  | (ChangeEntryBase & {
      readonly kind: 'samples';
      readonly requestId: string;
      readonly origin: Origin;
      readonly changes: readonly BlockChange[];
    })
  | (ChangeEntryBase & { readonly kind: 'priorities'; readonly metrics: readonly string[] })
  | (ChangeEntryBase & { readonly kind: 'erasure'; readonly erasedAtMs: EpochMs });
