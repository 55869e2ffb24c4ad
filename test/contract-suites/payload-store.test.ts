import { vi } from 'vitest';
import { createS3Client } from '../../lib/adapters/s3/client.ts';
import { startObjectAndQueueEngine } from '../support/engines/object-and-queue-engine.ts';
import { payloadStoreContract } from './payload-store.contract.ts';

payloadStoreContract('fauxqs', async () => {
  const engine = await startObjectAndQueueEngine();
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', engine.endpoint);
  const s3 = createS3Client();
  const stop = async () => {
    s3.destroy();
    await engine.stop();
  };
  return { s3, stop };
});
