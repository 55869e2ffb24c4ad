import type { Schemas } from '../api/operations.ts';

type WithoutSource<Item> = Item extends unknown ? Omit<Item, 'source'> : never;

/** A sample or deletion as the API takes it, without the name of its source, which the request gives. */
export type PartBody =
  | { readonly kind: 'sample'; readonly sample: WithoutSource<Schemas['Sample']> }
  | { readonly kind: 'deletion'; readonly deletion: WithoutSource<Schemas['Deletion']> };

/**
 * - `pending`: to be sent. - `sending`: part of the batch that is stored. - `sent`: the server has it; what is
 * kept of it finds it again when its record is edited or deleted. - `refused`: the server does not take it.
 */
export type PartState = 'pending' | 'sending' | 'sent' | 'refused';

/** One sample, or one deletion, from its staging to its outcome. */
export interface HealthPart {
  /** The identity that the server gives it: metric, source, record id and start. Unique. */
  readonly key: string;
  /** The native record it came with. */
  readonly recordId: string;
  readonly metric: Schemas['MetricCode'];
  /** The record id as it is sent: the native one, with the start of a reading that has its own. */
  readonly wireRecordId: string;
  /** Undefined of a deletion that may be of any source. */
  readonly source: Schemas['Source'] | undefined;
  readonly startMs: number;
  readonly revision: number | undefined;
  readonly state: PartState;
  /** Of the content, so that what is read again and is the same is not sent again. */
  readonly contentHash: string;
  /** Undefined once it is sent: what remains is an index. */
  readonly body: PartBody | undefined;
  /** The request that it goes, or went, with. */
  readonly requestId: string | undefined;
  /** Of `refused`: the server's reason (contracts/problems/catalog.ts) and message, without values. */
  readonly refusal: { readonly reason: string; readonly message: string } | undefined;
}

/** A request as it is sent, and sent again: stored before it goes. */
export interface HealthBatch {
  readonly requestId: string;
  readonly payloadHash: string;
  /** The body, byte for byte. */
  readonly body: string;
  /** Keys of samples, then of deletions, in the order of the body: refusals name positions. */
  readonly keys: readonly string[];
  readonly attemptCount: number;
  /** When it was last sent; 0: never. */
  readonly attemptedAtMs: number;
  /** Not to be sent before. */
  readonly notBeforeMs: number;
  /** Set once the server refused the request as a whole: it waits for a person, and blocks nobody. */
  readonly parkedCode: string | undefined;
}
