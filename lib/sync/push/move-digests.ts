import { addHash, rowHash, subtractHash } from '../merge/row-hash.ts';
import type { StoredRow, TypeDigest } from '../model.ts';

const NONE: TypeDigest = { count: 0, hash: 0n };

/** The digests after rows became others: old ones are taken out, new ones put in; only living rows count (SYN9). */
export function moveDigests(
  digests: Readonly<Record<string, TypeDigest>>,
  rows: readonly { readonly row: StoredRow; readonly before: StoredRow | undefined }[],
): Readonly<Record<string, TypeDigest>> {
  if (rows.length === 0) return digests;
  const moved: Record<string, TypeDigest> = { ...digests };
  for (const { row, before } of rows) {
    let { count, hash } = moved[row.type] ?? NONE;
    if (before !== undefined && !before.state.deleted) {
      count -= 1;
      hash = subtractHash(hash, hashOf(before));
    }
    if (!row.state.deleted) {
      count += 1;
      hash = addHash(hash, hashOf(row));
    }
    moved[row.type] = { count, hash };
  }
  return moved;
}

const hashes = new WeakMap<StoredRow, bigint>();

/** Remembered: a row that was just written is often the next one's predecessor. */
function hashOf(row: StoredRow): bigint {
  const known = hashes.get(row);
  if (known !== undefined) return known;
  const hash = rowHash(row.id, row.state.version, row.state.data);
  hashes.set(row, hash);
  return hash;
}
