import { createHash } from 'node:crypto';
import * as z from 'zod';
import { MAX_CHANGES_PER_CHUNK } from '../../../contracts/sync/protocol.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { UserScope } from '../../samples/model.ts';
import { STORED_ROW_ID } from '../merge/row-id.ts';

/**
 * A cursor as text: base64url of `[6 bytes of SHA-256][JSON]`. The checksum tells damage, not forgery: a
 * cursor holds no secret and gives no right, the next request is authorised and scoped like any other.
 */
const CHECKSUM_BYTES = 6;
const CURSOR_VERSION = 1;
/** Enough that two filters, or two users, do not meet by chance. */
const TAG_CHARS = 11;

const MAX_NAME_CHARS = 64;

/** Whose cursor, over which types: what must be the same when it comes back (SYN7). */
export interface CursorBinding {
  readonly scope: UserScope;
  /** Sorted; undefined: all. */
  readonly entityTypes: readonly string[] | undefined;
}

/** All commits up to `seq` are delivered, and of the next one the first `offset` changes. */
export interface LogPosition {
  /** Of the head; empty where nothing was ever synced, which is before every log. */
  readonly epoch: string;
  readonly seq: number;
  readonly offset: number;
}

/** A snapshot under way (SYN8): rows of the types before `type` and up to `afterId` of it are delivered. */
export interface SnapshotPosition {
  readonly epoch: string;
  /** Where the log goes on after the snapshot; decided when it began. */
  readonly seq: number;
  readonly type: string;
  readonly afterId: string;
  readonly rowsTotal: number;
}

/** `damaged`: no cursor of this lane (400). `foreign`: another user's, filter's or version's (410). */
export type CursorFailure = 'damaged' | 'foreign';

/**
 * Log entries are sorted by 12 digits, and pages look some further: a commit each millisecond for three years. A
 * greater one is forged, and no bound of a read may be made of it.
 */
const MAX_SEQ = 99_999_999_999;
const whole = z.int().nonnegative();
const Bound = {
  v: z.int(),
  u: z.string().max(TAG_CHARS),
  f: z.string().max(TAG_CHARS),
  e: z.string().max(MAX_NAME_CHARS),
  s: whole.max(MAX_SEQ),
};
const LogFields = z.strictObject({ ...Bound, k: z.literal('log'), o: whole.max(MAX_CHANGES_PER_CHUNK) });
const SnapshotFields = z.strictObject({
  ...Bound,
  k: z.literal('rows'),
  t: z.string().max(MAX_NAME_CHARS),
  /** Empty: at the beginning of the type. */
  i: z.union([z.literal(''), z.string().regex(STORED_ROW_ID)]),
  n: whole,
});
/** What every version says of itself; the rest is looked at once the version is known. */
const Versioned = z.looseObject({ v: z.int(), k: z.string() });

export function encodeLogCursor({ epoch, seq, offset }: LogPosition, binding: CursorBinding): string {
  return encode({ v: CURSOR_VERSION, k: 'log', ...tagsOf(binding), e: epoch, s: seq, o: offset });
}

export function decodeLogCursor(text: string, binding: CursorBinding): Result<LogPosition, CursorFailure> {
  const fields = decode(text, 'log', LogFields);
  if (!fields.ok) return fields;
  const { e, s, o } = fields.value;
  return isBound(fields.value, binding) ? ok({ epoch: e, seq: s, offset: o }) : fail('foreign');
}

export function encodeSnapshotCursor(position: SnapshotPosition, binding: CursorBinding): string {
  const { epoch, seq, type, afterId, rowsTotal } = position;
  const place = { e: epoch, s: seq, t: type, i: afterId, n: rowsTotal };
  return encode({ v: CURSOR_VERSION, k: 'rows', ...tagsOf(binding), ...place });
}

export function decodeSnapshotCursor(
  text: string,
  binding: CursorBinding,
): Result<SnapshotPosition, CursorFailure> {
  const fields = decode(text, 'rows', SnapshotFields);
  if (!fields.ok) return fields;
  const { e, s, t, i, n } = fields.value;
  return isBound(fields.value, binding)
    ? ok({ epoch: e, seq: s, type: t, afterId: i, rowsTotal: n })
    : fail('foreign');
}

function encode(fields: object): string {
  const json = Buffer.from(JSON.stringify(fields));
  return Buffer.concat([checksumOf(json), json]).toString('base64url');
}

/** Of one lane (`kind`): the other's cursor is damaged to it, another version is foreign. */
function decode<Fields extends z.ZodType>(
  text: string,
  kind: string,
  schema: Fields,
): Result<z.output<Fields>, CursorFailure> {
  const bytes = Buffer.from(text, 'base64url');
  // Decoding skips what is no base64url and ignores the last loose bits: only the one text is the cursor.
  if (bytes.toString('base64url') !== text) return fail('damaged');
  const json = bytes.subarray(CHECKSUM_BYTES);
  if (!bytes.subarray(0, CHECKSUM_BYTES).equals(checksumOf(json))) return fail('damaged');
  const value = parseJson(json.toString('utf8'));
  const versioned = Versioned.safeParse(value);
  if (!versioned.success || versioned.data.k !== kind) return fail('damaged');
  if (versioned.data.v !== CURSOR_VERSION) return fail('foreign');
  const fields = schema.safeParse(value);
  return fields.success ? ok(fields.data) : fail('damaged');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const checksumOf = (bytes: Uint8Array): Buffer =>
  createHash('sha256').update(bytes).digest().subarray(0, CHECKSUM_BYTES);

const tagsOf = ({ scope, entityTypes }: CursorBinding) => ({
  u: tagOf(`${scope.workspaceId}|${scope.userId}`),
  f: entityTypes === undefined ? '*' : tagOf(entityTypes.join(',')),
});

const tagOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, TAG_CHARS);

function isBound(fields: { readonly u: string; readonly f: string }, binding: CursorBinding): boolean {
  const { u, f } = tagsOf(binding);
  return fields.u === u && fields.f === f;
}
