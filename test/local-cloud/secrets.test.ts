import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, expect, test } from 'vitest';
import { createSecretsManager } from '../../infra/local/secrets/secrets-manager.ts';
import { type ServicesServer, startServices } from '../../infra/local/services/server.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:headwater-dev-providers-local0';
let services: ServicesServer;
let client: SecretsManagerClient;
afterEach(async () => {
  client.destroy();
  await services.stop();
});

async function open(otherValue: (name: string) => Promise<string | undefined>) {
  services = await startServices(
    createSecretsManager([{ name: 'headwater-dev-providers', arn: ARN, SecretString: '{}' }], otherValue),
    async () => undefined,
  );
  client = new SecretsManagerClient({
    endpoint: services.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  return (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));
}

test('a secret has the value of the template until another is given', async () => {
  const value = await open(async () => undefined);
  expect(await value(ARN)).toMatchObject({
    ARN,
    Name: 'headwater-dev-providers',
    SecretString: '{}',
    VersionStages: ['AWSCURRENT'],
  });
});

test('the value may come from elsewhere each time it is asked for, by name or ARN', async () => {
  let version = 0;
  const value = await open(async (name) => {
    version += 1;
    return JSON.stringify({ name, version });
  });
  expect((await value(ARN)).SecretString).toBe('{"name":"headwater-dev-providers","version":1}');
  expect((await value('headwater-dev-providers')).SecretString).toContain('"version":2');
});

test('a secret that the template has not is not found', async () => {
  const value = await open(async () => '{}');
  await expect(value('other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
