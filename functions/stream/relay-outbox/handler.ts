import { classifyRecord } from '../../../lib/outbox/classify-record.ts';
import { type RelayReport, relayRecords } from '../../../lib/outbox/relay.ts';
import { createStreamHandler, type StreamHandler } from '../../_platform/stream/create-stream-handler.ts';
import type { RelayOutboxDeps } from './wiring.ts';

/** Thrown once everything that can be published is: see `RelayReport.isLedByPoison`. */
export class PoisonLeadsError extends Error {
  override readonly name = 'PoisonLeadsError';
}

/** Change entries of the `core` stream onto the bus (OBX1 to OBX6). */
export const createRelayOutboxHandler = (deps: RelayOutboxDeps): StreamHandler =>
  createStreamHandler({
    settings: deps.settings,
    handle: async (records) => {
      const classified = records.map((record) => classifyRecord(record, deps.parseChange));
      const report = await relayRecords(classified, deps.publisher);
      observe(report, deps.settings);
      if (report.isLedByPoison) throw new PoisonLeadsError('the first of several records cannot be read');
      return report.lowestFailed;
    },
  });

function observe(report: RelayReport, { clock, log, meter }: RelayOutboxDeps['settings']): void {
  const { publishedCount, failedCount, expiryCount, skippedCount, oldestCommittedAtMs } = report;
  const poisonCount = report.poison.length;
  for (const { sequenceNumber, reason } of report.poison) {
    log.write('STREAM_RECORD_POISON', { sequenceNumber, reason });
  }
  log.write('RELAY_ENTRIES_PUBLISHED', {
    publishedCount,
    failedCount,
    expiryCount,
    skippedCount,
    poisonCount,
  });
  meter.add('EventsPublished', publishedCount);
  meter.add('EventsFailed', failedCount);
  meter.add('PoisonRecords', poisonCount);
  if (oldestCommittedAtMs !== undefined) meter.add('RelayLag', clock.now() - oldestCommittedAtMs);
}
