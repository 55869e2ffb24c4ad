import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Place } from '../assembly/resolver.ts';
import type { ServiceOperation } from '../services/server.ts';
import { ServiceFault } from '../services/service-fault.ts';

const Context = z.record(z.string(), z.string()).default({});
const Base64 = z.string().transform((text) => Buffer.from(text, 'base64'));
const GenerateDataKey = z.object({
  KeyId: z.string(),
  EncryptionContext: Context,
  KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
  NumberOfBytes: z.int().min(1).max(1_024).optional(),
});
const Encrypt = z.object({ KeyId: z.string(), Plaintext: Base64, EncryptionContext: Context });
const Decrypt = z.object({
  KeyId: z.string().optional(),
  CiphertextBlob: Base64,
  EncryptionContext: Context,
});
const DescribeKey = z.object({ KeyId: z.string() });

const VERSION = 1;
const KEY_ID_BYTES = 36;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;
/** Encrypt takes 4 KB (AWS KMS quotas). */
const MAX_PLAINTEXT_BYTES = 4_096;

/** One line per pair, sorted: the context is a set, and it must be the same at Decrypt. */
const contextBytes = (context: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))));

/**
 * The operations of KMS that wrap and unwrap keys, under keys derived from the master key. A blob is version,
 * key id, nonce, tag, ciphertext; key id and encryption context are authenticated (AES-256-GCM).
 */
export function createLocalKms(
  masterKey: Buffer,
  keyIds: readonly string[],
  place: Place,
): Readonly<Record<string, ServiceOperation>> {
  const arnOf = (keyId: string): string => `arn:aws:kms:${place.region}:${place.accountId}:key/${keyId}`;
  const known = (name: string): string => {
    const keyId = name.slice(name.lastIndexOf('/') + 1);
    if (!keyIds.includes(keyId))
      throw new ServiceFault('NotFoundException', `Key '${arnOf(keyId)}' does not exist`);
    return keyId;
  };
  const encrypt = (keyId: string, plaintext: Buffer, context: Readonly<Record<string, string>>): string =>
    sealUnder(deriveKey(masterKey, keyId), keyId, plaintext, contextBytes(context)).toString('base64');

  return {
    'TrentService.GenerateDataKey': (input) => {
      const { KeyId, KeySpec, NumberOfBytes, EncryptionContext } = parse(GenerateDataKey, input);
      const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
      const keyId = known(KeyId);
      return {
        KeyId: arnOf(keyId),
        Plaintext: plaintext.toString('base64'),
        CiphertextBlob: encrypt(keyId, plaintext, EncryptionContext),
      };
    },
    'TrentService.Encrypt': (input) => {
      const { KeyId, Plaintext, EncryptionContext } = parse(Encrypt, input);
      if (Plaintext.length > MAX_PLAINTEXT_BYTES)
        throw new ServiceFault('ValidationException', 'Plaintext is too long');
      const keyId = known(KeyId);
      return { KeyId: arnOf(keyId), CiphertextBlob: encrypt(keyId, Plaintext, EncryptionContext) };
    },
    'TrentService.Decrypt': (input) => {
      const { KeyId, CiphertextBlob, EncryptionContext } = parse(Decrypt, input);
      const keyId = keyIdOf(CiphertextBlob);
      if (keyId === undefined || !keyIds.includes(keyId))
        throw new ServiceFault('InvalidCiphertextException', '');
      if (KeyId !== undefined && known(KeyId) !== keyId) throw new ServiceFault('IncorrectKeyException', '');
      const plaintext = openUnder(
        deriveKey(masterKey, keyId),
        keyId,
        CiphertextBlob,
        contextBytes(EncryptionContext),
      );
      return { KeyId: arnOf(keyId), Plaintext: plaintext.toString('base64') };
    },
    'TrentService.DescribeKey': (input) => {
      const keyId = known(parse(DescribeKey, input).KeyId);
      return {
        KeyMetadata: {
          KeyId: keyId,
          Arn: arnOf(keyId),
          Enabled: true,
          KeyState: 'Enabled',
          KeyUsage: 'ENCRYPT_DECRYPT',
        },
      };
    },
  };
}

function parse<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new ServiceFault('ValidationException', parsed.error.message);
  return parsed.data;
}

const deriveKey = (masterKey: Buffer, keyId: string): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `kms ${keyId}`, 32));

function sealUnder(key: Buffer, keyId: string, plaintext: Buffer, context: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.concat([Buffer.from(keyId), context]));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from([VERSION]), Buffer.from(keyId), nonce, cipher.getAuthTag(), ciphertext]);
}

const keyIdOf = (blob: Buffer): string | undefined =>
  blob.length < HEADER_BYTES || blob[0] !== VERSION
    ? undefined
    : blob.toString('latin1', 1, 1 + KEY_ID_BYTES);

function openUnder(key: Buffer, keyId: string, blob: Buffer, context: Buffer): Buffer {
  const nonceAt = 1 + KEY_ID_BYTES;
  const tagAt = nonceAt + NONCE_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(nonceAt, tagAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.concat([Buffer.from(keyId), context]));
  decipher.setAuthTag(blob.subarray(tagAt, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(blob.subarray(HEADER_BYTES)), decipher.final()]);
  } catch {
    throw new ServiceFault('InvalidCiphertextException', '');
  }
}
