import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { AppError } from '../../problems/app-error.ts';
import type { KeyWrapper } from '../../vault/data-keys.ts';

/** What is used of KMS. */
export type Kms = Pick<KMSClient, 'send'>;

/** Wraps workspace keys with a KMS key; the encryption context binds each to its workspace. */
export const createKmsKeyWrapper = (kms: Kms, kmsKeyId: string): KeyWrapper => ({
  generate: async (workspaceId) => {
    const reply = await kms
      .send(
        new GenerateDataKeyCommand({
          KeyId: kmsKeyId,
          KeySpec: 'AES_256',
          EncryptionContext: { workspaceId },
        }),
      )
      .catch(refuse);
    return { secret: required(reply.Plaintext), wrapped: required(reply.CiphertextBlob) };
  },
  unwrap: async (workspaceId, wrapped) => {
    const reply = await kms
      .send(
        new DecryptCommand({
          KeyId: kmsKeyId,
          CiphertextBlob: wrapped,
          EncryptionContext: { workspaceId },
        }),
      )
      .catch(refuse);
    return required(reply.Plaintext);
  },
});

function refuse(cause: unknown): never {
  throw new AppError('server.unavailable', 'the key service did not answer', { cause });
}

function required(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new AppError('server.unavailable', 'the key service answered without a key');
  return bytes;
}
