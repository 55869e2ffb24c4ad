import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import type { ActivityFormat } from '../activity-files/model.ts';

const HEAD_BYTES = 65_536;

/**
 * The kind of activity file that lies at `path`, plain or gzip, by what it holds (`formatOf` of
 * lib/activity-files/format.ts); undefined for every other file.
 */
export async function findActivityFormat(
  path: string,
  formatOf: (head: Uint8Array) => ActivityFormat | undefined,
): Promise<ActivityFormat | undefined> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return formatOf(unpackHead(buffer.subarray(0, bytesRead)));
  } finally {
    await file.close();
  }
}

/** The beginning of what is packed; a head that is no gzip, or a broken one, as it is. */
function unpackHead(head: Uint8Array): Uint8Array {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return head;
  }
}
