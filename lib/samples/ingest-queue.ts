import type { IngestQueued } from '../../contracts/commands/ingest-queued.ts';

/** Where requests of more than 500 items wait for their consumer (ING8). */
export interface IngestQueue {
  /** Delivered at least once, in no order; repeats are harmless, because the ledger decides. */
  send(message: IngestQueued): Promise<void>;
}
