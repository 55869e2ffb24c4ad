import * as z from 'zod';
import { ActivityImport, CreateActivityImportAnswer } from '../../../contracts/http/activity-imports.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { ActivityTarget } from '../../imports/run-activity-import.ts';
import { type ApiAccess, createHeadwaterApi, HeadwaterApiError, sendToApi } from './headwater-api.ts';

const CopiesBody = z.object({ duplicates: z.array(z.string()).default([]) });

const PUT_TIMEOUT_MS = 120_000;
const MAX_PUT_ATTEMPTS = 5;
const RETRY = { baseMs: 200, capMs: 10_000 };

const workoutsOf = (userId: string): string => `/v1/users/${encodeURIComponent(userId)}/health/workouts`;

/** Headwater's public API for activity files, with the patience of `createHeadwaterApi`. */
export function createActivityApi(access: ApiAccess): ActivityTarget {
  return {
    ensureUser: createHeadwaterApi(access).ensureUser,
    async createActivityImport(userId, wanted) {
      const answer = await sendToApi(access, 'POST', `${workoutsOf(userId)}/import`, wanted);
      return CreateActivityImportAnswer.parse(answer.body);
    },
    putFile: (place, bytes) => putFile(access, place, bytes),
    async startActivityImport(userId, importId) {
      await sendToApi(access, 'POST', `${workoutsOf(userId)}/import/${importId}`, {});
    },
    async loadActivityImport(userId, importId) {
      const answer = await sendToApi(access, 'GET', `${workoutsOf(userId)}/import/${importId}`, undefined);
      return ActivityImport.parse(answer.body);
    },
    async countCopies(userId, workoutId) {
      const answer = await sendToApi(access, 'GET', `${workoutsOf(userId)}/${workoutId}`, undefined);
      return CopiesBody.parse(answer.body).duplicates.length;
    },
  };
}

async function putFile(
  { fetch, clock, randomness }: ApiAccess,
  { url, headers }: Parameters<ActivityTarget['putFile']>[0],
  bytes: Uint8Array,
): Promise<void> {
  let failure = 'no answer';
  for (let attempt = 0; attempt < MAX_PUT_ATTEMPTS; attempt += 1) {
    try {
      const signal = AbortSignal.timeout(PUT_TIMEOUT_MS);
      const response = await fetch(url, { method: 'PUT', headers, body: Buffer.from(bytes), signal });
      await response.arrayBuffer();
      if (response.ok) return;
      failure = `status ${response.status}`;
      if (response.status < 500 && response.status !== 429) break;
    } catch (fault) {
      failure = fault instanceof Error ? fault.message : 'network fault';
    }
    await clock.sleep(jitteredDelayMs(attempt, RETRY, randomness));
  }
  throw new HeadwaterApiError(`the file could not be put to its address: ${failure}`);
}
