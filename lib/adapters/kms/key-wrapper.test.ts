import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createKmsKeyWrapper } from './key-wrapper.ts';

const client = new KMSClient({ region: 'eu-central-1' });
const kms = mockClient(client);
const wrapper = createKmsKeyWrapper(client, 'key-1');
const EncryptionContext = { workspaceId: 'ws_1' };

beforeEach(() => kms.reset());

test('P5 a workspace key is generated and unwrapped in the context of its workspace', async () => {
  const secret = new Uint8Array(32).fill(1);
  const wrapped = new Uint8Array(100).fill(2);
  kms
    .on(GenerateDataKeyCommand, { KeyId: 'key-1', KeySpec: 'AES_256', EncryptionContext }, true)
    .resolves({ Plaintext: secret, CiphertextBlob: wrapped });
  kms
    .on(DecryptCommand, { KeyId: 'key-1', CiphertextBlob: wrapped, EncryptionContext }, true)
    .resolves({ Plaintext: secret });
  expect(await wrapper.generate('ws_1')).toEqual({ secret, wrapped });
  expect(await wrapper.unwrap('ws_1', wrapped)).toEqual(secret);
});

test('P5 a key service that refuses, or answers without a key, is an outage', async () => {
  kms.on(DecryptCommand).rejects(new Error('no'));
  await expect(wrapper.unwrap('ws_1', new Uint8Array())).rejects.toMatchObject({
    code: 'server.unavailable',
  });
  kms.on(GenerateDataKeyCommand).resolves({});
  await expect(wrapper.generate('ws_1')).rejects.toMatchObject({ code: 'server.unavailable' });
});
