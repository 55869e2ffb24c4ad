import { verify } from 'node:crypto';
import type { PublicKeys, PushRequest, PushVerdict } from '../definition.ts';
import { ProviderFault } from '../model.ts';
import { keyOf } from './keyset.ts';

const KEYSET = {
  origin: 'keys',
  path: '/googlehealthapi/webhooks/webhooks_public_keyset.json',
} as const;
/** The name of the current contract, and the one that live traffic had in mid-2026. */
const HEADERS = ['google-health-api-signature', 'x-healthapi-signature'] as const;
/** Tink's prefix: 0x01 and the id of the key, big-endian. */
const PREFIX_BYTES = 5;
const TINK_VERSION = 1;
/** A DER signature of P-256 is at most 72 bytes. */
const MAX_SIGNATURE_LENGTH = 200;

/**
 * ECDSA over P-256 and SHA-256 of the body as received, DER, behind Tink's prefix. An unknown key id fetches
 * the key set once more, for keys rotate; a key set that cannot be had says nothing about the signature.
 */
export async function signatureVerdict(request: PushRequest, keys: PublicKeys): Promise<PushVerdict> {
  const text = HEADERS.map((name) => request.headers[name]).find((value) => value !== undefined);
  if (text === undefined || text === '') return 'unsigned';
  if (text.length > MAX_SIGNATURE_LENGTH) return 'forged';
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length <= PREFIX_BYTES || bytes[0] !== TINK_VERSION) return 'forged';
  const keyId = bytes.readUInt32BE(1);
  try {
    const key =
      keyOf(await keys.load(KEYSET.origin, KEYSET.path, false), keyId) ??
      keyOf(await keys.load(KEYSET.origin, KEYSET.path, true), keyId);
    if (key === undefined) return 'forged';
    const isGenuine = verify(
      'sha256',
      request.body,
      { key, dsaEncoding: 'der' },
      bytes.subarray(PREFIX_BYTES),
    );
    return isGenuine ? 'genuine' : 'forged';
  } catch (error) {
    if (error instanceof ProviderFault) return 'unavailable';
    throw error;
  }
}
