import type { HttpFunction } from '../contracts/http/route.ts';

export const STAGE_NAMES = ['dev', 'prod'] as const;
export type StageName = (typeof STAGE_NAMES)[number];

/** Throws on a stage that there is not. */
export function parseStageName(text: unknown): StageName {
  const found = STAGE_NAMES.find((name) => name === text);
  if (found === undefined) throw new Error(`stage is "${String(text)}"; it must be one of ${STAGE_NAMES}`);
  return found;
}

/** Every deployed function: its folder is functions/<kind>/<name>, its physical name <product>-<stage>-<name>. */
export const FUNCTION_KINDS = {
  'describe-api': 'http',
  'manage-access': 'http',
  'manage-rebuilds': 'http',
  'manage-users': 'http',
  'ingest-samples': 'http',
  'read-health': 'http',
  'read-impact': 'http',
  'manage-workouts': 'http',
  'manage-connections': 'http',
  'receive-push': 'http',
  'sync-devices': 'http',
  'manage-entities': 'http',
  'relay-outbox': 'stream',
  'ingest-large': 'queue',
  'write-workouts': 'queue',
  'import-activity': 'queue',
  'project-rollups': 'queue',
  'project-nights': 'queue',
  'project-impact': 'queue',
  'rebuild-read-models': 'queue',
  'erase-user': 'queue',
  'apply-push': 'queue',
  'sync-connection': 'queue',
  'prepare-sync': 'workflow',
  'fetch-pages': 'workflow',
  'finish-sync': 'workflow',
  'schedule-syncs': 'schedule',
  'compact-logs': 'schedule',
} as const satisfies Record<HttpFunction, 'http'> &
  Record<string, 'http' | 'stream' | 'queue' | 'workflow' | 'schedule'>;
export type FunctionName = keyof typeof FUNCTION_KINDS;

export const QUEUE_NAMES = [
  'large-ingests',
  'workout-writes',
  'activity-imports',
  'projections',
  'night-projections',
  'impact-projections',
  'rebuilds',
  'erasures',
  'provider-syncs',
  'inbound-pushes',
] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** The name in the account. Runbooks and dashboards rely on it, so it is written and not generated. */
export const physicalName = (stage: StageName, name: string): string => `headwater-${stage}-${name}`;

/** `ingest-samples` is `IngestSamples` in CloudFormation. */
export const logicalName = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
