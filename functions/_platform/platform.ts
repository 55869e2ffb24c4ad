import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { JwksFetcher } from '../../lib/access/jwks.ts';
import type { Dynamo } from '../../lib/adapters/dynamo/dynamo.ts';
import type { RawHttp } from '../../lib/connections/tokens/raw-http.ts';
import { type Clock, systemClock } from '../../lib/core/clock.ts';
import { type Randomness, systemRandomness } from '../../lib/core/randomness.ts';
import type { Log } from '../../lib/observability/log.ts';
import type { Meter } from '../../lib/observability/metrics.ts';
import { createLog, createMeter } from './telemetry.ts';

/** Everything of the outside that a function may hold. */
export interface Clients {
  readonly dynamo: Dynamo;
  readonly eventBridge: Pick<EventBridgeClient, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  /** Whole, because the presigner reads its configuration. */
  readonly s3: S3Client;
  readonly kms: Pick<KMSClient, 'send'>;
  readonly jwks: JwksFetcher;
  readonly sfn: Pick<SFNClient, 'send'>;
  readonly secrets: Pick<SecretsManagerClient, 'send'>;
  /** The way out to the clouds of providers. */
  readonly providerHttp: RawHttp;
}

/**
 * What `wire(env, platform)` builds on: clock, randomness, log, and the clients by name. A wiring says which
 * client it needs and how to make it: `platform.client('dynamo', createDynamoClient)`. So a bundle holds only
 * the SDK clients that it uses, and a simulation hands out its own without running the maker.
 */
export interface Platform {
  client<Name extends keyof Clients>(name: Name, create: () => Clients[Name]): Clients[Name];
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
  readonly meter: Meter;
}

/** The platform of a deployed function: each client is made once, on first need. */
export function realPlatform(): Platform {
  const made: { -readonly [Name in keyof Clients]?: Clients[Name] } = {};
  return {
    client<Name extends keyof Clients>(name: Name, create: () => Clients[Name]): Clients[Name] {
      const known: Clients[Name] | undefined = made[name];
      if (known !== undefined) return known;
      const client = create();
      made[name] = client;
      return client;
    },
    clock: systemClock,
    randomness: systemRandomness,
    log: createLog(),
    meter: createMeter(),
  };
}
