import type { UserScope } from '../samples/model.ts';
import type { OutboxEntry } from './model.ts';

/** The part of a DynamoDB stream record that the relay reads, in Lambda's shape. */
export interface StreamRecord {
  readonly eventName?: string | undefined;
  readonly userIdentity?: { readonly principalId?: string; readonly type?: string } | undefined;
  readonly dynamodb?:
    | {
        readonly SequenceNumber?: string | undefined;
        readonly Keys?: StreamImage | undefined;
        readonly NewImage?: StreamImage | undefined;
      }
    | undefined;
}
/** Attribute values as the stream carries them: low-level, `{ S: ... }`. */
export type StreamImage = Readonly<Record<string, unknown>>;

/** Which of a user's two logs an item is of: its change feed, or the log that devices sync by. */
export type OutboxLog = 'changes' | 'sync';

/** Reads the image of an entry of that log; throws when it is none. The store adapter brings it. */
export type ParseChange = (
  image: StreamImage,
  log: OutboxLog,
) => {
  readonly scope: UserScope;
  readonly entry: OutboxEntry;
};

export type ClassifiedRecord = { readonly sequenceNumber: string } & (
  | { readonly kind: 'change'; readonly scope: UserScope; readonly entry: OutboxEntry }
  /** DynamoDB's own removal of an expired item (OBX6). */
  | { readonly kind: 'expiry' }
  /** Somebody deleted it: erasure does. */
  | { readonly kind: 'removal' }
  /** Not a new entry: a head, a row, a ledger row, a rewritten entry. */
  | { readonly kind: 'other' }
  /** `reason` is the fault's name, never its message: parsers quote what they were given. */
  | { readonly kind: 'poison'; readonly reason: string }
);

/** How the sort keys of both logs begin (lib/adapters/dynamo/core-keys.ts). */
const LOG_PREFIXES: readonly (readonly [OutboxLog, string])[] = [
  ['changes', 'CHANGE#'],
  ['sync', 'ENTITYLOG#'],
];
/** Developer guide, "DynamoDB Streams and Time to Live": how a TTL removal is told from a user's. */
const TTL_PRINCIPAL = 'dynamodb.amazonaws.com';

/**
 * What one stream record means to the relay. Whatever claims to be a new entry of a log and cannot be read is
 * `poison`, never skipped: skipping would lose its event (OBX1, OBX5). TTL removals are told from real
 * deletions (OBX6). The event source mapping filters already; this does not rely on it.
 */
export function classifyRecord(record: StreamRecord, parseChange: ParseChange): ClassifiedRecord {
  const sequenceNumber = record.dynamodb?.SequenceNumber ?? '';
  if (record.eventName === 'REMOVE') return { sequenceNumber, kind: isExpiry(record) ? 'expiry' : 'removal' };
  const log = record.eventName === 'INSERT' ? logOf(record) : undefined;
  if (log === undefined) return { sequenceNumber, kind: 'other' };
  try {
    const image = record.dynamodb?.NewImage;
    if (image === undefined) return { sequenceNumber, kind: 'poison', reason: 'no new image' };
    return { sequenceNumber, kind: 'change', ...parseChange(image, log) };
  } catch (error) {
    return { sequenceNumber, kind: 'poison', reason: error instanceof Error ? error.name : 'unreadable' };
  }
}

const isExpiry = ({ userIdentity }: StreamRecord): boolean =>
  userIdentity?.type === 'Service' && userIdentity.principalId === TTL_PRINCIPAL;

function logOf(record: StreamRecord): OutboxLog | undefined {
  const sk = record.dynamodb?.Keys?.['sk'] ?? record.dynamodb?.NewImage?.['sk'];
  if (typeof sk !== 'object' || sk === null || !('S' in sk) || typeof sk.S !== 'string') return undefined;
  const text = sk.S;
  return LOG_PREFIXES.find(([, prefix]) => text.startsWith(prefix))?.[0];
}
