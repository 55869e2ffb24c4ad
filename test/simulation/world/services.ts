import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { DecryptCommandInput, GenerateDataKeyCommandInput } from '@aws-sdk/client-kms';
import type { Prng } from '../engine/prng.ts';
import { randomnessOf } from '../engine/prng.ts';
import type { SdkCommand } from '../engine/simulated-dynamo.ts';

/** What a simulated service does with a command, at once. */
export type Service = (command: SdkCommand) => object;

/** S3: whole objects, strongly consistent, last writer wins. */
export function createSimulatedS3(): Service {
  const objects = new Map<string, Uint8Array>();
  return (command) => {
    const { Bucket, Key, Body } = command.input as { Bucket: string; Key: string; Body?: unknown };
    const name = `${Bucket}/${Key}`;
    switch (command.constructor.name) {
      case 'PutObjectCommand':
        objects.set(name, typeof Body === 'string' ? Buffer.from(Body) : Uint8Array.from(Body as Uint8Array));
        return {};
      case 'GetObjectCommand': {
        const bytes = objects.get(name);
        if (bytes === undefined) {
          throw Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
        }
        return { Body: { transformToByteArray: async () => bytes.slice() } };
      }
      default:
        throw new Error(`the simulation does not know ${command.constructor.name}`);
    }
  };
}

/** KMS: wraps 32 bytes with AES-256-GCM, bound to the encryption context. Its own key never comes out. */
export function createSimulatedKms(prng: Prng): Service {
  const randomness = randomnessOf(prng);
  const master = randomness.bytes(32);
  const aadOf = (context: Record<string, string> | undefined) => Buffer.from(JSON.stringify(context ?? {}));
  return (command) => {
    switch (command.constructor.name) {
      case 'GenerateDataKeyCommand': {
        const { EncryptionContext } = command.input as GenerateDataKeyCommandInput;
        const [secret, nonce] = [randomness.bytes(32), randomness.bytes(12)];
        const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(aadOf(EncryptionContext));
        const wrapped = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
        return { Plaintext: secret, CiphertextBlob: new Uint8Array(wrapped) };
      }
      case 'DecryptCommand': {
        const { CiphertextBlob = new Uint8Array(), EncryptionContext } = command.input as DecryptCommandInput;
        const decipher = createDecipheriv('aes-256-gcm', master, CiphertextBlob.subarray(0, 12))
          .setAAD(aadOf(EncryptionContext))
          .setAuthTag(CiphertextBlob.subarray(44));
        const plain = Buffer.concat([decipher.update(CiphertextBlob.subarray(12, 44)), decipher.final()]);
        return { Plaintext: new Uint8Array(plain) };
      }
      default:
        throw new Error(`the simulation does not know ${command.constructor.name}`);
    }
  };
}
