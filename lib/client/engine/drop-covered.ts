import type { LocalTransaction, QueuedChange } from '../store/local-store.ts';

/** CLI3: acknowledged writes of these types whose row has arrived are part of it, and go. */
export async function dropCovered(transaction: LocalTransaction, types: ReadonlySet<string>): Promise<void> {
  const acked = (await transaction.listQueue()).filter(
    ({ state, type }) => state === 'acked' && types.has(type),
  );
  for (const type of new Set(acked.map((change) => change.type))) {
    const ofType = acked.filter((change) => change.type === type);
    const ids = [...new Set(ofType.map(({ id }) => id))];
    const rows = await transaction.loadRows(type, ids);
    const versions = new Map(rows.map(({ id, version }) => [id, version]));
    await transaction.removeQueued(
      ofType.filter((change) => isCovered(change, versions.get(change.id))).map(({ requestId }) => requestId),
    );
  }
}

/** Version 0 is the deletion of a row that the server never had; only the end of a pull says that it is gone. */
function isCovered({ version }: QueuedChange, rowVersion: number | undefined): boolean {
  return version !== undefined && version > 0 && rowVersion !== undefined && rowVersion >= version;
}

/** Acknowledged before a pull that ended with nothing more: whatever became of their rows, this device has it. */
export async function dropAcknowledged(
  transaction: LocalTransaction,
  requestIds: ReadonlySet<string>,
): Promise<readonly string[]> {
  const acked = (await transaction.listQueue()).filter(
    ({ state, requestId }) => state === 'acked' && requestIds.has(requestId),
  );
  await transaction.removeQueued(acked.map(({ requestId }) => requestId));
  return [...new Set(acked.map(({ type }) => type))];
}
