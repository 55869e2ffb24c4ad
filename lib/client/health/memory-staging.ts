import type { HealthBatch, HealthPart, PartState } from './health-part.ts';
import type { HealthLaneName, HealthStaging, HealthStagingTransaction } from './health-staging.ts';

interface Contents {
  readonly anchors: Map<HealthLaneName, string>;
  readonly parts: Map<string, HealthPart>;
  readonly batches: Map<string, HealthBatch>;
}

/** For tests, and for apps that keep nothing on the phone: gone with the process, read again from the source. */
export function createMemoryHealthStaging(): HealthStaging {
  let contents: Contents = { anchors: new Map(), parts: new Map(), batches: new Map() };
  let lastTurn: Promise<unknown> = Promise.resolve();
  return {
    transaction(work) {
      const turn = lastTurn.then(async () => {
        const draft: Contents = {
          anchors: new Map(contents.anchors),
          parts: new Map(contents.parts),
          batches: new Map(contents.batches),
        };
        const value = await work(transactionOver(draft));
        contents = draft;
        return value;
      });
      lastTurn = turn.catch(() => undefined);
      return turn;
    },
  };
}

function transactionOver({ anchors, parts, batches }: Contents): HealthStagingTransaction {
  const where = (accepts: (part: HealthPart) => boolean) => [...parts.values()].filter(accepts);
  const count = (state: PartState) => where((part) => part.state === state).length;
  return {
    loadAnchor: (lane) => anchors.get(lane),
    saveAnchor: (lane, anchor) => {
      if (anchor === undefined) anchors.delete(lane);
      else anchors.set(lane, anchor);
    },
    listParts: (recordIds) => {
      const wanted = new Set(recordIds);
      return where((part) => wanted.has(part.recordId));
    },
    loadParts: (keys) => keys.flatMap((key) => parts.get(key) ?? []),
    listByState: (state, limit) => where((part) => part.state === state).slice(0, limit),
    saveParts: (saved) => {
      for (const part of saved) parts.set(part.key, part);
    },
    removeParts: (keys) => {
      for (const key of keys) parts.delete(key);
    },
    removeSentBefore: (startMs) => {
      for (const part of where((one) => one.state === 'sent' && one.startMs < startMs))
        parts.delete(part.key);
    },
    counts: () => ({
      pending: count('pending'),
      sending: count('sending'),
      sent: count('sent'),
      refused: count('refused'),
    }),
    listBatches: () => [...batches.values()],
    saveBatch: (batch) => {
      batches.set(batch.requestId, batch);
    },
    removeBatch: (requestId) => {
      batches.delete(requestId);
    },
  };
}
