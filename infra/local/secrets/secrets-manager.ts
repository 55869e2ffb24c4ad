import * as z from 'zod';
import type { SecretDeclaration } from '../assembly/declared.ts';
import type { ServiceOperation } from '../services/server.ts';
import { ServiceFault } from '../services/service-fault.ts';

const GetSecretValue = z.object({ SecretId: z.string() });

/** One version, which never changes while the local cloud runs. */
const VERSION_ID = '00000000-0000-4000-8000-000000000000';

/**
 * GetSecretValue, of a secret's name or ARN. `otherValue` may give another value than the template's: that of
 * the provider applications comes from the simulator.
 */
export function createSecretsManager(
  secrets: readonly SecretDeclaration[],
  otherValue: (name: string) => Promise<string | undefined>,
): Readonly<Record<string, ServiceOperation>> {
  return {
    'secretsmanager.GetSecretValue': async (input) => {
      const parsed = GetSecretValue.safeParse(input);
      if (!parsed.success) throw new ServiceFault('InvalidParameterException', parsed.error.message);
      const { SecretId } = parsed.data;
      const secret = secrets.find(({ name, arn }) => name === SecretId || arn === SecretId);
      if (secret === undefined) {
        throw new ServiceFault(
          'ResourceNotFoundException',
          "Secrets Manager can't find the specified secret.",
        );
      }
      return {
        ARN: secret.arn,
        Name: secret.name,
        SecretString: (await otherValue(secret.name)) ?? secret.SecretString,
        VersionId: VERSION_ID,
        VersionStages: ['AWSCURRENT'],
      };
    },
  };
}
