import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

/** Asks for the key's state and uses it for nothing: rejects when it is disabled or waits for its deletion. */
export const createKeyProbe =
  (kms: Pick<KMSClient, 'send'>, keyId: string) =>
  async (abortSignal: AbortSignal): Promise<void> => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }), { abortSignal });
    if (KeyMetadata?.KeyState !== 'Enabled') throw new Error('the key is not enabled');
  };
