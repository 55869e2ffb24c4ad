import type { IngestQueued } from '../../contracts/commands/ingest-queued.ts';

/** Requests that are too large to be answered inline (ING8). */
export interface IngestQueue {
  /**
   * Queues the command; it is delivered at least once. Rejects with server.unavailable when the queue does
   * not answer. A repeat is delivered twice, which the ledger makes harmless.
   */
  send(command: IngestQueued): Promise<void>;
}
