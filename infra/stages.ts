import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { FunctionName, StageName } from './naming.ts';

export interface StageSettings {
  /** What becomes of tables, buckets, keys and the user pool when their stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  readonly deletionProtection: boolean;
  readonly logRetention: RetentionDays;
  /** Who is told of an alarm; `nobody` leaves the topic for a subscription made by hand. */
  readonly alarmEmail: string | 'nobody';
  /**
   * Where consents return to and pushes go, which the providers' pages are told once: the API's own address, or
   * a domain that leads to it and outlives it.
   */
  readonly publicUrl: 'the API' | `https://${string}`;
  /** Browser origins that may call the API. Servers and native apps need none. */
  readonly corsAllowOrigins: readonly string[];
  readonly throttle: { readonly requestsPerSecond: number; readonly burstCount: number };
  readonly memoryMiB: Readonly<Record<FunctionName, number>>;
  /**
   * Reserved executions per function, or none: a new account has 10 in all, which leaves nothing to
   * reserve (AWS Lambda quotas), so only prod reserves.
   */
  readonly reservedConcurrency: Readonly<Record<FunctionName, number>> | 'none';
  readonly signIn: SignInSettings;
}

export interface SignInSettings {
  /** Cognito's Plus plan: refuses leaked passwords and risky sign-ins, billed per active user. */
  readonly threatProtection: 'enforced' | 'off';
  /** Cognito's own pages, which Google needs; without them apps sign in with SRP. */
  readonly hostedPages: HostedPages | 'off';
}

export interface HostedPages {
  /** Unique in the region: `https://<prefix>.auth.<region>.amazoncognito.com`. */
  readonly domainPrefix: string;
  /** Where the pages may return to. */
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
  /** Google's client secret lies in Secrets Manager under this name. */
  readonly google: { readonly clientId: string; readonly secretName: string } | 'off';
}

/** 1,769 MB is one whole vCPU (AWS Lambda, "Configure memory"); the large ones compress and seal. */
const MEMORY_MIB = {
  'describe-api': 512,
  'manage-access': 512,
  'manage-rebuilds': 512,
  'manage-users': 512,
  'ingest-samples': 1_024,
  'read-health': 1_024,
  'read-impact': 1_024,
  'manage-workouts': 1_024,
  'relay-outbox': 512,
  'ingest-large': 1_769,
  'write-workouts': 1_769,
  // A file of 25 MB unfolds to its points: the parsers hold them all.
  'import-activity': 3_008,
  'project-rollups': 1_024,
  'project-nights': 1_024,
  'project-impact': 1_024,
  'rebuild-read-models': 1_024,
  'erase-user': 512,
  'manage-connections': 1_024,
  'receive-push': 512,
  'apply-push': 1_024,
  'sync-connection': 1_769,
  'prepare-sync': 512,
  'fetch-pages': 1_769,
  'finish-sync': 512,
  'schedule-syncs': 512,
  'sync-devices': 1_024,
  'manage-entities': 512,
  'compact-logs': 512,
} as const satisfies Record<FunctionName, number>;

/** Total: adding a stage or a setting breaks the build until every stage has it. */
export const STAGES: Readonly<Record<StageName, StageSettings>> = {
  dev: {
    removalPolicy: RemovalPolicy.DESTROY,
    deletionProtection: false,
    logRetention: RetentionDays.TWO_WEEKS,
    alarmEmail: 'nobody',
    publicUrl: 'the API',
    corsAllowOrigins: ['http://localhost:3000', 'http://localhost:5173'],
    throttle: { requestsPerSecond: 200, burstCount: 400 },
    memoryMiB: MEMORY_MIB,
    reservedConcurrency: 'none',
    signIn: { threatProtection: 'off', hostedPages: 'off' },
  },
  prod: {
    removalPolicy: RemovalPolicy.RETAIN,
    deletionProtection: true,
    logRetention: RetentionDays.SIX_MONTHS,
    alarmEmail: 'nobody',
    publicUrl: 'the API',
    corsAllowOrigins: ['https://app.example.com'],
    throttle: { requestsPerSecond: 2_000, burstCount: 4_000 },
    memoryMiB: MEMORY_MIB,
    reservedConcurrency: {
      'describe-api': 10,
      'manage-access': 20,
      'manage-rebuilds': 10,
      'manage-users': 50,
      'ingest-samples': 300,
      'read-health': 200,
      'read-impact': 50,
      'manage-workouts': 50,
      'relay-outbox': 50,
      'ingest-large': 5,
      'write-workouts': 5,
      'import-activity': 5,
      'project-rollups': 30,
      'project-nights': 15,
      'project-impact': 10,
      'rebuild-read-models': 10,
      'erase-user': 5,
      'manage-connections': 30,
      'receive-push': 60,
      'apply-push': 20,
      'sync-connection': 20,
      'prepare-sync': 10,
      'fetch-pages': 40,
      'finish-sync': 10,
      // Two ticks at once would only look at the same connections.
      'schedule-syncs': 1,
      'sync-devices': 300,
      'manage-entities': 50,
      // So would two compactions at the same logs.
      'compact-logs': 1,
    },
    signIn: { threatProtection: 'enforced', hostedPages: 'off' },
  },
};
