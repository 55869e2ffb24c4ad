import { CfnOutput, Duration, SecretValue, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  type OAuthSettings,
  ProviderAttribute,
  StandardThreatProtectionMode,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolDomain,
  UserPoolIdentityProviderGoogle,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { acceptFindings } from '../constructs/accept-findings.ts';
import type { Deployment } from '../constructs/service-function.ts';
import { physicalName } from '../naming.ts';
import type { HostedPages } from '../stages.ts';

export interface IdentityStackProps extends StackProps {
  readonly deployment: Deployment;
}

/** Sign-up and sign-in of end users. Any other OIDC issuer is registered through /v1/issuers instead. */
export class IdentityStack extends Stack {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, props: IdentityStackProps) {
    super(scope, id, props);
    const { hostedPages } = props.deployment.settings.signIn;
    this.userPool = this.addUserPool(props.deployment);
    const google = hostedPages === 'off' ? undefined : this.addHostedPages(hostedPages);
    this.client = new UserPoolClient(this, 'Client', {
      userPool: this.userPool,
      // Apps cannot keep a secret: they use SRP, or the code grant with PKCE.
      generateSecret: false,
      authFlows: { userSrp: true },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
      ...(hostedPages === 'off' ? { disableOAuth: true } : { oAuth: codeGrant(hostedPages) }),
      supportedIdentityProviders: [
        UserPoolClientIdentityProvider.COGNITO,
        ...(google === undefined ? [] : [UserPoolClientIdentityProvider.GOOGLE]),
      ],
    });
    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: this.client.userPoolClientId });
    // The client names the provider by a word and not by a reference.
    if (google !== undefined) this.client.node.addDependency(google);
  }

  private addUserPool({ stage, settings }: Deployment): UserPool {
    const enforced = settings.signIn.threatProtection === 'enforced';
    const userPool = new UserPool(this, 'UserPool', {
      userPoolName: physicalName(stage, 'users'),
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      autoVerify: { email: true },
      signInCaseSensitive: false,
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(1),
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: enforced ? FeaturePlan.PLUS : FeaturePlan.ESSENTIALS,
      ...(enforced ? { standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION } : {}),
      deletionProtection: settings.deletionProtection,
      removalPolicy: settings.removalPolicy,
    });
    acceptFindings(userPool, {
      'AwsSolutions-COG2':
        'A second factor is offered to every user; whether it is forced is the product owner’s call.',
      ...(enforced
        ? {}
        : {
            'AwsSolutions-COG8': 'The Plus plan is billed per user; this stage has no real users.',
          }),
    });
    return userPool;
  }

  private addHostedPages({ domainPrefix, google }: HostedPages): UserPoolIdentityProviderGoogle | undefined {
    new UserPoolDomain(this, 'Domain', { userPool: this.userPool, cognitoDomain: { domainPrefix } });
    if (google === 'off') return undefined;
    return new UserPoolIdentityProviderGoogle(this, 'Google', {
      userPool: this.userPool,
      clientId: google.clientId,
      clientSecretValue: SecretValue.secretsManager(google.secretName),
      scopes: ['openid', 'email', 'profile'],
      attributeMapping: {
        email: ProviderAttribute.GOOGLE_EMAIL,
        fullname: ProviderAttribute.GOOGLE_NAME,
      },
    });
  }
}

const codeGrant = ({ callbackUrls, logoutUrls }: HostedPages): OAuthSettings => ({
  flows: { authorizationCodeGrant: true },
  scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
  callbackUrls: [...callbackUrls],
  logoutUrls: [...logoutUrls],
});
