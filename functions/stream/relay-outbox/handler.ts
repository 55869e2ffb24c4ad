import { classifyRecord } from '../../../lib/outbox/classify-record.ts';
import { relayRecords } from '../../../lib/outbox/relay.ts';
import { createStreamHandler, type StreamHandler } from '../../_platform/stream/create-stream-handler.ts';
import type { RelayOutboxDeps } from './wiring.ts';

/** Change entries of the `core` stream onto the bus (OBX1 to OBX6). */
export const createRelayOutboxHandler = (deps: RelayOutboxDeps): StreamHandler =>
  createStreamHandler({
    settings: deps.settings,
    handle: async (records) => {
      const { log } = deps.settings;
      const classified = records.map((record) => classifyRecord(record, deps.parseChange));
      const report = await relayRecords(classified, deps.publisher);
      for (const { sequenceNumber, reason } of report.poison) {
        log.write('STREAM_RECORD_POISON', { sequenceNumber, reason });
      }
      const { publishedCount, failedCount, expiryCount, skippedCount } = report;
      const poisonCount = report.poison.length;
      log.write('RELAY_ENTRIES_PUBLISHED', {
        publishedCount,
        failedCount,
        expiryCount,
        skippedCount,
        poisonCount,
      });
      return report.lowestFailed;
    },
  });
