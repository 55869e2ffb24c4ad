import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLocalKms } from '../../infra/local/keys/local-kms.ts';
import { loadMasterKey } from '../../infra/local/keys/master-key.ts';
import { type ServicesServer, startServices } from '../../infra/local/services/server.ts';

const KEY = '11111111-2222-3333-4444-555555555555';
const OTHER = '11111111-2222-3333-4444-666666666666';
const PLACE = { region: 'us-east-1', accountId: '000000000000' };
const path = join(mkdtempSync(join(tmpdir(), 'kms-')), 'master.key');
let server: ServicesServer;
let kms: KMSClient;

beforeAll(async () => {
  const operations = createLocalKms(loadMasterKey(path), [KEY, OTHER], PLACE);
  server = await startServices(operations, async () => undefined);
  kms = new KMSClient({
    endpoint: server.endpoint,
    region: PLACE.region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
});
afterAll(() => server.stop());

const context = { workspace: 'ws_1', purpose: 'data' };

test('P5 a data key comes back with its context, in any order, and after the server starts anew', async () => {
  const made = await kms.send(
    new GenerateDataKeyCommand({ KeyId: KEY, KeySpec: 'AES_256', EncryptionContext: context }),
  );
  expect(made.Plaintext).toHaveLength(32);
  const turned = { purpose: 'data', workspace: 'ws_1' };
  const opened = await kms.send(
    new DecryptCommand({
      KeyId: `arn:aws:kms:us-east-1:000000000000:key/${KEY}`,
      CiphertextBlob: made.CiphertextBlob,
      EncryptionContext: turned,
    }),
  );
  expect(opened.Plaintext).toEqual(made.Plaintext);
  const again = createLocalKms(loadMasterKey(path), [KEY], PLACE)['TrentService.Decrypt'];
  const blob = Buffer.from(made.CiphertextBlob ?? []).toString('base64');
  expect(again?.({ CiphertextBlob: blob, EncryptionContext: context })).toMatchObject({
    Plaintext: Buffer.from(made.Plaintext ?? []).toString('base64'),
  });
});

test.each([
  ['another context', { EncryptionContext: { workspace: 'ws_2' } }, 'InvalidCiphertextException'],
  ['no context', { EncryptionContext: undefined }, 'InvalidCiphertextException'],
  ['another key', { KeyId: OTHER }, 'IncorrectKeyException'],
  ['a key that is not there', { KeyId: 'nobody' }, 'NotFoundException'],
])('P5 Decrypt with %s is refused by name', async (_name, change, expected) => {
  const sealed = await kms.send(
    new EncryptCommand({ KeyId: KEY, Plaintext: Buffer.from('secret'), EncryptionContext: context }),
  );
  const input = { KeyId: KEY, CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: context, ...change };
  await expect(kms.send(new DecryptCommand(input))).rejects.toMatchObject({ name: expected });
});

test('P5 a blob with any byte turned is refused', async () => {
  const sealed = await kms.send(new EncryptCommand({ KeyId: KEY, Plaintext: Buffer.from('secret') }));
  const blob = sealed.CiphertextBlob ?? new Uint8Array();
  for (const at of [0, 20, 40, 60, blob.length - 1]) {
    const turned = Uint8Array.from(blob);
    turned[at] = (turned[at] ?? 0) ^ 1;
    await expect(kms.send(new DecryptCommand({ CiphertextBlob: turned }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  }
});

test('the key is described, and the master key is for its owner only', async () => {
  const described = await kms.send(new DescribeKeyCommand({ KeyId: KEY }));
  expect(described.KeyMetadata?.KeyState).toBe('Enabled');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
