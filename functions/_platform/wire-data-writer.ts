import { createBlockReader } from '../../lib/adapters/dynamo/block-reader.ts';
import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../lib/adapters/dynamo/head-store.ts';
import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { createSampleStore } from '../../lib/adapters/dynamo/sample-store.ts';
import type { VaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { createDataWriter } from '../../lib/adapters/in-process/data-writer.ts';
import { createS3Client } from '../../lib/adapters/s3/client.ts';
import { createPayloadStore } from '../../lib/adapters/s3/payload-store.ts';
import { createTrackStore } from '../../lib/adapters/s3/track-store.ts';
import type { DataWriter } from '../../lib/connections/syncs/data-writer.ts';
import { decodeSamples, encodeSamples } from '../../lib/samples/block-codec.ts';
import type { Platform } from './platform.ts';

export interface DataWriterEnv {
  readonly CORE_TABLE_NAME: string;
  readonly SAMPLES_TABLE_NAME: string;
  readonly VAULT_TABLE_NAME: string;
  readonly PAYLOAD_BUCKET_NAME: string;
}

/** The ingest core and the record store, in this process. */
export function wireDataWriter(env: DataWriterEnv, platform: Platform, vault: VaultStore): DataWriter {
  const { clock, randomness, meter } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const s3 = platform.client('s3', createS3Client);
  const tables = { core: env.CORE_TABLE_NAME, samples: env.SAMPLES_TABLE_NAME, vault: env.VAULT_TABLE_NAME };
  const bucketName = env.PAYLOAD_BUCKET_NAME;
  const heads = createHeadStore(dynamo, tables.core);
  const store = createSampleStore({ dynamo, tables, dataKeys: vault, clock, randomness });
  const reader = createBlockReader({ dynamo, samplesTable: tables.samples, dataKeys: vault });
  const payloads = createPayloadStore({ s3, bucketName, dataKeys: vault, randomness });
  const records = createRecordStore({ dynamo, coreTable: tables.core, dataKeys: vault, clock, randomness });
  return createDataWriter({
    samples: { store, reader, payloads, clock, randomness, meter },
    records: { store: records, heads, clock, randomness },
    heads,
    erase: { store, reader, heads, clock, randomness, emptyPayload: encodeSamples([]) },
    tracks: createTrackStore({ s3, bucketName, dataKeys: vault, randomness }),
    decode: decodeSamples,
  });
}
