import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Keep } from '../frame/memory.ts';

interface SigningKey {
  readonly id: number;
  /** PEM. */
  readonly privateKey: string;
  /** The protobuf of the public key, base64. */
  readonly value: string;
}

/** Keys of the cloud's own making, as Tink writes and uses them. */
export interface Keyset {
  /** The JSON keyset: public keys only, the newest primary. */
  json(): unknown;
  /** Base64 of 0x01, the key id (4 bytes, big-endian) and the DER signature over exactly these bytes. */
  sign(body: Buffer): string;
  /** A new primary; with `keepOld` the old keys stay published. Answers the new id. */
  rotate(keepOld: boolean): number;
}

export function createKeyset(keep: Keep): Keyset {
  const set: { keys: readonly SigningKey[] } = keep('keyset', { keys: [newKey()] });
  const primary = (): SigningKey => set.keys[0] ?? newKey();
  return {
    json: () => ({
      primaryKeyId: primary().id,
      key: set.keys.map(({ id, value }) => ({
        keyId: id,
        status: 'ENABLED',
        outputPrefixType: 'TINK',
        keyData: {
          typeUrl: 'type.googleapis.com/google.crypto.tink.EcdsaPublicKey',
          value,
          keyMaterialType: 'ASYMMETRIC_PUBLIC',
        },
      })),
    }),
    sign(body) {
      const { id, privateKey } = primary();
      const prefix = Buffer.alloc(5, 1);
      prefix.writeUInt32BE(id, 1);
      const signature = sign('sha256', body, { key: privateKey, dsaEncoding: 'der' });
      return Buffer.concat([prefix, signature]).toString('base64');
    },
    rotate(keepOld) {
      set.keys = [newKey(), ...(keepOld ? set.keys : [])];
      return primary().id;
    },
  };
}

function newKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  // Field 2, params: SHA256 (3), NIST_P256 (2), DER (2). Version 0 is left out, as protobuf does.
  const params = Buffer.from([0x12, 0x06, 0x08, 0x03, 0x10, 0x02, 0x18, 0x02]);
  const value = Buffer.concat([params, bytesField(3, integer(x)), bytesField(4, integer(y))]).toString(
    'base64',
  );
  return {
    id: randomBytes(4).readUInt32BE(0) || 1,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    value,
  };
}

/** Big-endian with a sign: a first byte of 0x80 or more gets a zero before it. */
function integer(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

const bytesField = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes]);
