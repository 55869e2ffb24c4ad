import type { ChangeEntry } from '../../outbox/model.ts';
import type { RecordStore } from '../../records/record-store.ts';
import { blockName, type Head, type Ledger, type StoredBlock } from '../../samples/model.ts';
import type { PayloadStore, SampleStore } from '../../samples/sample-store.ts';

/**
 * Stores that take commits into memory and read them back from there, over stores that are only read: what a
 * write would do is what the very code that writes does on these.
 */
export interface Overlay {
  readonly samples: SampleStore;
  readonly payloads: PayloadStore;
  readonly records: RecordStore;
  /** What was committed to the overlay, in order. */
  readonly changes: readonly ChangeEntry[];
}

export function createOverlay(base: {
  readonly samples: SampleStore;
  readonly payloads: PayloadStore;
  readonly records: RecordStore;
}): Overlay {
  const changes: ChangeEntry[] = [];
  return {
    samples: overlaySamples(base.samples, changes),
    payloads: overlayPayloads(base.payloads),
    records: overlayRecords(base.records, changes),
    changes,
  };
}

function overlaySamples(base: SampleStore, changes: ChangeEntry[]): SampleStore {
  let head: Head | undefined;
  const ledgers = new Map<string, Ledger>();
  const blocks = new Map<string, StoredBlock>();
  return {
    load: async (scope, requestId, refs) => {
      const stored = await base.load(scope, requestId, refs);
      const seen = new Map(stored.blocks);
      for (const ref of refs) {
        const name = `${ref.metric}/${blockName(ref)}`;
        const block = blocks.get(name);
        if (block !== undefined) seen.set(name, block);
      }
      // A request that was answered before is looked at anew: what counts is what it would do now.
      return { head: head ?? stored.head, ledger: ledgers.get(requestId), blocks: seen };
    },
    commit: async (_scope, { requestId, ledger, advance }) => {
      ledgers.set(requestId, ledger.row);
      if (advance !== undefined) {
        head = advance.head;
        changes.push(advance.change);
        for (const block of advance.blocks) blocks.set(`${block.ref.metric}/${blockName(block.ref)}`, block);
      }
      return 'committed';
    },
  };
}

function overlayPayloads(base: PayloadStore): PayloadStore {
  const kept = new Map<string, Uint8Array>();
  return {
    put: async (_scope, payloadKey, body) => {
      kept.set(payloadKey, body);
    },
    get: async (scope, payloadKey) => kept.get(payloadKey) ?? (await base.get(scope, payloadKey)),
  };
}

function overlayRecords(base: RecordStore, changes: ChangeEntry[]): RecordStore {
  return {
    loadPointers: (scope, kind, recordIds) => base.loadPointers(scope, kind, recordIds),
    list: (scope, kind, range) => base.list(scope, kind, range),
    commit: async (_scope, change) => {
      changes.push(change);
      return 'committed';
    },
  };
}
