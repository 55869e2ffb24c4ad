import type { RxCollection, RxReplicationWriteToMasterRow, WithDeleted } from 'rxdb/plugins/core';
import { type RxReplicationState, replicateRxCollection } from 'rxdb/plugins/replication';
import type { SyncChange } from '../../contracts/http/sync.ts';
import { changedFields, createPeerWriter, type PeerDevice, type UnstampedChange } from './peer-writer.ts';
import { type PushAnswer, pullPage, pushOnce, type SyncDoor } from './sync-door.ts';

/** A row as an RxDB document. `rowVersion` is the server's, and 0 until a pull has brought the row. */
export interface PeerDocument {
  readonly id: string;
  readonly rowVersion: number;
  readonly [field: string]: unknown;
}
type Written = RxReplicationWriteToMasterRow<PeerDocument>;
type Master = WithDeleted<PeerDocument>;
interface Checkpoint {
  readonly cursor: string;
}

/** RxDB's own default is 5 s. */
const RETRY_MS = 5;

export interface PeerReplication extends PeerDevice {
  readonly collection: RxCollection<PeerDocument>;
  readonly entityType: string;
  readonly door: SyncDoor;
  readonly batchSize: number;
}

/**
 * One round of RxDB's own replication against `/v1/sync`: pull from the checkpoint on, then push. The base
 * version travels inside the documents, so `assumedMasterState` is all that a push needs.
 */
export function replicateOnce(peer: PeerReplication): RxReplicationState<PeerDocument, Checkpoint> {
  const { collection, entityType, door, batchSize } = peer;
  const writer = createPeerWriter(peer);
  return replicateRxCollection<PeerDocument, Checkpoint>({
    collection,
    replicationIdentifier: `headwater-${peer.deviceId}-${entityType}`,
    live: false,
    retryTime: RETRY_MS,
    waitForLeadership: false,
    pull: { batchSize, handler: (checkpoint) => pullDocuments(peer, checkpoint) },
    push: {
      batchSize,
      handler: async (rows) => {
        const request = writer.request(rows.map((row) => toChange(entityType, row)));
        const answer = await pushOnce(door, request);
        const requestIds = request.changes.map(({ requestId }) => requestId);
        return rows.flatMap((row, index) => masterOf(row, answer, requestIds[index]) ?? []);
      },
    },
  });
}

/** Pages until there are `batchSize` documents or nothing is left: fewer mean the end to RxDB. */
async function pullDocuments(
  { door, entityType, batchSize }: PeerReplication,
  checkpoint: Checkpoint | undefined,
): Promise<{ documents: Master[]; checkpoint: Checkpoint | undefined }> {
  const documents = new Map<string, Master>();
  let cursor = checkpoint?.cursor;
  for (let hasMore = true; hasMore && documents.size < batchSize; ) {
    const page = await pullPage(door, { entityTypes: [entityType], cursor, limit: batchSize });
    for (const change of page.changes) documents.set(change.id, toDocument(change));
    ({ cursor, hasMore } = page);
  }
  return {
    documents: [...documents.values()],
    checkpoint: cursor === undefined ? undefined : { cursor },
  };
}

const toDocument = ({
  id,
  version,
  op,
  data,
}: Omit<SyncChange, 'seq'> & { readonly seq?: number }): Master => ({
  ...data,
  id,
  rowVersion: version,
  _deleted: op === 'delete',
});

/** The fields of a row: a document without what RxDB and this adapter put around them. */
export function dataOf(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { id, rowVersion, _deleted, _rev, _meta, _attachments, ...data } = document;
  return data;
}

function toChange(entityType: string, { assumedMasterState: before, newDocumentState: after }: Written) {
  const known = before === undefined || before.rowVersion === 0 ? {} : { baseVersion: before.rowVersion };
  const change = { entityType, id: after.id, ...known };
  if (after._deleted) return { ...change, op: 'delete' } satisfies UnstampedChange;
  if (before === undefined) return { ...change, op: 'create', data: dataOf(after) } satisfies UnstampedChange;
  const data = before._deleted ? dataOf(after) : changedFields(dataOf(before), dataOf(after));
  return { ...change, op: 'update', data } satisfies UnstampedChange;
}

/** What RxDB takes as the row's state after this push; undefined: what it sent. */
function masterOf(row: Written, answer: PushAnswer, requestId: string | undefined): Master | undefined {
  const conflict = answer.conflicts.find((each) => each.requestId === requestId);
  if (conflict !== undefined) {
    // The answer names no row when it is full: the same change, asked again, is answered with it.
    if (conflict.server === null) throw new Error('the answer was too full for the row');
    const { id, version, deleted, data } = conflict.server;
    return { ...data, id, rowVersion: version, _deleted: deleted };
  }
  const failure = answer.failed.find((each) => each.requestId === requestId);
  if (failure === undefined) return undefined;
  if (failure.retryable) throw new Error(`${failure.code}: ${failure.message}`);
  // Refused for good: the row goes back to what the server has, and the queue goes on.
  return row.assumedMasterState ?? { ...row.newDocumentState, _deleted: true };
}
