import type { WorkoutDetail } from '../../../contracts/http/workouts.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { EntryExpectation } from '../../../lib/workouts/writes/manual-entry.ts';
import type { ApiRequest, ApiResponse } from '../../_platform/http/operation.ts';
import { versionTagOf } from '../../_platform/http/tagged-answer.ts';

type Headers = Readonly<Record<string, string>>;

const WORKOUT_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** The version that an entry has; behind it may stand the hash of the answer that told it. */
const VERSION_TAG = /^"(\d{1,15})(?:\.[A-Za-z0-9_-]{1,64})?"$/;

/** `request.invalid` for what is neither an id of ours nor one that a caller may choose. */
export function entryIdOf({ pathParameters }: Pick<ApiRequest, 'pathParameters'>): string {
  const workoutId = pathParameters['workoutId'] ?? '';
  if (WORKOUT_ID.test(workoutId)) return workoutId;
  throw new AppError('request.invalid', 'An id is 1 to 128 letters, digits, dots, colons, dashes and _.', {
    faults: [{ path: '/path/workoutId', code: 'invalid_format', message: 'not of the documented form' }],
  });
}

/**
 * What the entry must be: the version of If-Match, or none by `If-None-Match: *` of a PUT. Undefined without
 * either. `request.invalid` for anything else: a write has one base.
 */
export function expectationOf(headers: Headers, method: 'PUT' | 'DELETE'): EntryExpectation | undefined {
  const ifMatch = headers['if-match']?.trim();
  const ifNoneMatch = headers['if-none-match']?.trim();
  if (ifNoneMatch !== undefined) {
    if (method === 'PUT' && ifNoneMatch === '*' && ifMatch === undefined) return 'absent';
    throw invalidHeader('if-none-match', 'If-None-Match of a write is * and of a PUT, without If-Match.');
  }
  // What is not there cannot be deleted anyway.
  if (ifMatch === undefined || (ifMatch === '*' && method === 'DELETE')) return undefined;
  const version = VERSION_TAG.exec(ifMatch)?.[1];
  if (version === undefined) throw invalidHeader('if-match', 'If-Match is the ETag of the entry.');
  return Number(version);
}

/** 201 with its place when the entry was made, else 200; its tag begins with its version. */
export function entryAnswer(workout: WorkoutDetail, wasMade: boolean, userId: string): ApiResponse {
  const body = JSON.stringify(workout);
  const headers = { etag: versionTagOf(workout.version, body) };
  const location = `/v1/users/${userId}/health/workouts/${workout.id}`;
  return wasMade ? { status: 201, body, headers: { ...headers, location } } : { status: 200, body, headers };
}

const invalidHeader = (name: string, detail: string): AppError =>
  new AppError('request.invalid', detail, {
    faults: [{ path: `/headers/${name}`, code: 'invalid_format', message: 'not of the documented form' }],
  });
