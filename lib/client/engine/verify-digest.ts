import { addHash, formatHash, rowHash } from '../../sync/merge/row-hash.ts';
import { loadCursor, requestSnapshot } from '../store/sync-state.ts';
import { callServer } from './call-server.ts';
import { type ClientContext, transact } from './client-context.ts';
import { ChangesAnswer, DigestAnswer } from './wire.ts';

export type DigestVerdict = 'equal' | 'different' | 'unknown';

/**
 * CLI18: whether this device has exactly the server's rows, by their number and the sum of their hashes per
 * type (SYN9). `unknown` where that cannot be told: something is queued here, or the server goes on meanwhile.
 * The digest is read before and after a look at the log; where both are of one commit and the log has nothing
 * more for this device's cursor, its rows are those of that commit. Where they differ the next run takes a
 * snapshot. Rejects as `sync` reports.
 */
export async function verifyDigest(context: ClientContext): Promise<DigestVerdict> {
  const local = await transact(context, async (transaction) => {
    const isQuiet = (await transaction.listQueue()).length === 0;
    return { isQuiet, ...(await loadCursor(transaction)) };
  });
  if (!local.isQuiet || local.cursor === undefined) return 'unknown';
  const readDigest = () => callServer(context, { method: 'GET', path: '/v1/sync/digest' }, DigestAnswer);
  const before = await readDigest();
  const query = { cursor: local.cursor, limit: '1' };
  const log = await callServer(context, { method: 'GET', path: '/v1/sync/changes', query }, ChangesAnswer);
  const after = await readDigest();
  if (before.seq !== after.seq || log.changes.length > 0 || log.hasMore) return 'unknown';
  const here = await digestHere(context, local.cursor);
  if (here === undefined) return 'unknown';
  const types = new Set([...Object.keys(after.types), ...here.keys()]);
  const isEqual = [...types].every((type) => (here.get(type) ?? NONE) === textOf(after.types[type]));
  if (!isEqual) await transact(context, (transaction) => requestSnapshot(transaction));
  return isEqual ? 'equal' : 'different';
}

const NONE = '0 0000000000000000';
const textOf = (digest: { readonly count: number; readonly hash: string } | undefined): string =>
  digest === undefined ? NONE : `${digest.count} ${digest.hash}`;

/** Undefined where a write or a page came in meanwhile. */
async function digestHere(
  context: ClientContext,
  cursor: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  return transact(context, async (transaction) => {
    const isSame = (await loadCursor(transaction)).cursor === cursor;
    if (!isSame || (await transaction.listQueue()).length > 0) return undefined;
    const digests = new Map<string, string>();
    for (const type of await transaction.listTypes()) {
      const rows = await transaction.listRows(type);
      const hash = rows.reduce((sum, { id, version, data }) => addHash(sum, rowHash(id, version, data)), 0n);
      digests.set(type, `${rows.length} ${formatHash(hash)}`);
    }
    return digests;
  });
}
