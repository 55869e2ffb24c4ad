import { SecretValue } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { physicalName } from '../naming.ts';
import { acceptFindings } from './accept-findings.ts';
import type { Deployment } from './service-function.ts';

/**
 * The applications at the providers: client ids, secrets, webhook keys, as one JSON object. It is made empty,
 * and an operator puts the value in; a deployment leaves that value alone.
 */
export class ProviderSecret extends Construct {
  readonly secret: Secret;
  readonly arn: string;

  constructor(
    scope: Construct,
    { deployment, key }: { readonly deployment: Deployment; readonly key: IKey },
  ) {
    super(scope, 'ProviderSecret');
    this.secret = new Secret(this, 'Secret', {
      secretName: physicalName(deployment.stage, 'providers'),
      description: 'Headwater: the applications at the providers',
      encryptionKey: key,
      secretStringValue: SecretValue.unsafePlainText('{}'),
      removalPolicy: deployment.settings.removalPolicy,
    });
    this.arn = this.secret.secretArn;
    const reason =
      'The providers give these values out on their own pages, and none lets a program ask for new ones.';
    acceptFindings(this.secret, {
      'AwsSolutions-SMG4': reason,
      'HIPAA.Security-SecretsManagerRotationEnabled': reason,
    });
  }
}
