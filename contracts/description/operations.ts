import type { Route } from '../http/route.ts';
import { type Operation, ROUTES } from '../http/routes.ts';
import { PROBLEMS, type ProblemCode } from '../problems/catalog.ts';
import type { OperationDoc } from './operation-doc.ts';
import { ACCESS_OPERATIONS } from './operations/access.ts';
import { ACTIVITY_IMPORT_OPERATIONS } from './operations/activity-imports.ts';
import { CONNECTION_OPERATIONS } from './operations/connections.ts';
import { DEVICE_SYNC_OPERATIONS } from './operations/device-sync.ts';
import { ENTITY_OPERATIONS } from './operations/entities.ts';
import { IMPACT_OPERATIONS } from './operations/impact.ts';
import { INBOUND_OPERATIONS } from './operations/inbound.ts';
import { INGEST_OPERATIONS } from './operations/ingest.ts';
import { READ_OPERATIONS } from './operations/read.ts';
import { REBUILD_OPERATIONS } from './operations/rebuilds.ts';
import { RECORD_OPERATIONS } from './operations/records.ts';
import { SERVICE_OPERATIONS } from './operations/service.ts';
import { SLEEP_OPERATIONS } from './operations/sleep.ts';
import { SYNC_OPERATIONS } from './operations/syncs.ts';
import { USER_OPERATIONS } from './operations/users.ts';
import { WORKOUT_WRITE_OPERATIONS } from './operations/workout-writes.ts';
import { WORKOUT_OPERATIONS } from './operations/workouts.ts';

/** Total: an operation without a description does not compile. */
export const OPERATION_DOCS: Readonly<Record<Operation, OperationDoc>> = {
  ...SERVICE_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...REBUILD_OPERATIONS,
  ...USER_OPERATIONS,
  ...INGEST_OPERATIONS,
  ...READ_OPERATIONS,
  ...RECORD_OPERATIONS,
  ...SLEEP_OPERATIONS,
  ...WORKOUT_OPERATIONS,
  ...WORKOUT_WRITE_OPERATIONS,
  ...ACTIVITY_IMPORT_OPERATIONS,
  ...WORKOUT_WRITE_OPERATIONS,
  ...IMPACT_OPERATIONS,
  ...CONNECTION_OPERATIONS,
  ...SYNC_OPERATIONS,
  ...INBOUND_OPERATIONS,
  ...DEVICE_SYNC_OPERATIONS,
  ...ENTITY_OPERATIONS,
};

const AUTHENTICATED: readonly ProblemCode[] = [
  'auth.missing',
  'auth.invalid',
  'auth.expired',
  'auth.forbidden',
  'request.rate_limited',
  'server.unavailable',
];
const WITH_BODY: readonly ProblemCode[] = [
  'request.malformed_json',
  'request.invalid',
  'request.bad_encoding',
  'request.unsupported_encoding',
  'request.unsupported_media_type',
  'request.too_large',
];

/** Every code that the operation may answer with, in the order of the catalogue. */
export function problemsOf(route: Route, doc: OperationDoc): readonly ProblemCode[] {
  const possible = new Set<string>([
    ...doc.problems,
    ...(route.scope === 'public' ? [] : AUTHENTICATED),
    ...(doc.body === undefined ? [] : WITH_BODY),
    ...(doc.body === undefined || doc.body.required === false ? [] : ['request.body_required']),
    ...(doc.query === undefined ? [] : ['request.invalid']),
    ...(route.path.includes('{userId}') ? ['user.not_found'] : []),
    'server.internal',
  ]);
  return PROBLEM_CODES.filter((code) => possible.has(code));
}

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);
export const PROBLEM_CODES: readonly ProblemCode[] = Object.keys(PROBLEMS).filter(isProblemCode);

export const DESCRIBED_ROUTES = ROUTES.map((route) => ({ route, doc: OPERATION_DOCS[route.operation] }));
