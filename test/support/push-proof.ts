import { createHmac } from 'node:crypto';

/** What the simulated clouds tell of an application, as far as signatures need it. */
export interface CloudApp {
  readonly clientSecret: string;
  readonly settings: Readonly<Record<string, string>>;
}

export interface PushProof {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
}

/**
 * What makes a notification genuine, by the documented algorithms and Node's own primitives: headers over
 * exactly these bytes, or the key in the address of clouds that cannot sign. Google's cannot be made here.
 */
export function pushProof(
  provider: string,
  { clientSecret, settings }: CloudApp,
  body: string | Buffer,
  nowMs = Date.now(),
): PushProof {
  switch (provider) {
    case 'whoop': {
      const timestamp = String(nowMs);
      const signature = createHmac('sha256', clientSecret).update(timestamp).update(body).digest('base64');
      return { headers: { 'x-whoop-signature': signature, 'x-whoop-signature-timestamp': timestamp } };
    }
    case 'oura': {
      const timestamp = String(Math.floor(nowMs / 1_000));
      const signature = createHmac('sha256', clientSecret).update(timestamp).update(body).digest('hex');
      return { headers: { 'x-oura-signature': signature.toUpperCase(), 'x-oura-timestamp': timestamp } };
    }
    case 'polar': {
      const signature = createHmac('sha256', settings['signatureSecretKey'] ?? '')
        .update(body)
        .digest('hex');
      return { headers: { 'polar-webhook-signature': signature, 'polar-webhook-event': 'EXERCISE' } };
    }
    default:
      return { query: `?key=${settings['inboundKey']}` };
  }
}
