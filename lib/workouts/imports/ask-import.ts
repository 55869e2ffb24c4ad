import type {
  ActivityImport,
  CreateActivityImportAnswer,
  CreateActivityImportRequest,
} from '../../../contracts/http/activity-imports.ts';
import type { Clock } from '../../core/clock.ts';
import { newSortableId } from '../../core/ids.ts';
import { toIso } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { UploadSigner } from '../../samples/upload-store.ts';
import type { ImportQueue, ImportStore } from './import-store.ts';
import type { ActivityImportRow } from './model.ts';

export interface AskImportDependencies {
  readonly store: ImportStore;
  readonly signer: UploadSigner;
  readonly queue: ImportQueue;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

const CONTENT_TYPE = 'application/octet-stream';

/** A place for a file of up to 25 MB; each call gives another. Throws AppError user.not_found. */
export async function createImport(
  { store, signer, clock, randomness }: AskImportDependencies,
  scope: UserScope,
  { format, source, onDamage }: CreateActivityImportRequest,
): Promise<CreateActivityImportAnswer> {
  const nowMs = clock.now();
  const importId = `imp_${newSortableId(nowMs, randomness)}`;
  await store.create(scope, {
    importId,
    provider: source,
    format,
    onDamage,
    createdAtMs: nowMs,
    status: 'waiting',
    result: undefined,
  });
  const { url, headers, expiresAtMs } = await signer.sign(scope, importId, CONTENT_TYPE);
  return { importId, url, headers, expiresAt: toIso(expiresAtMs) };
}

/**
 * Starts the import of a file that was put, also of one that failed. A repeat is harmless: one that is done stays
 * so, one that is on its way is sent again and read once. Throws AppError activity.import_not_found.
 */
export async function startImport(
  { store, queue }: Pick<AskImportDependencies, 'store' | 'queue'>,
  scope: UserScope,
  { importId, correlationId }: { readonly importId: string; readonly correlationId: string },
): Promise<ActivityImport> {
  if (!(await store.markQueued(scope, importId))) return await getImport({ store }, scope, importId);
  await queue.send({ ...scope, importId, correlationId });
  return { ...NOTHING_YET, importId, status: 'queued' };
}

const NOTHING_YET = {
  workouts: [],
  samples: { accepted: 0, updated: 0, duplicate: 0, refused: 0 },
  droppedCount: 0,
};

/** Throws AppError activity.import_not_found. */
export async function getImport(
  { store }: Pick<AskImportDependencies, 'store'>,
  scope: UserScope,
  importId: string,
): Promise<ActivityImport> {
  const row = await store.load(scope, importId);
  if (row === undefined) throw new AppError('activity.import_not_found', 'There is no import by this id.');
  return toAnswer(row);
}

function toAnswer({ importId, status, result }: ActivityImportRow): ActivityImport {
  const empty = { ...NOTHING_YET, importId, status };
  if (result === undefined) return empty;
  if (result.status === 'failed') return { ...empty, code: result.code, detail: result.detail };
  const { workouts, samples, droppedCount, damage } = result;
  return {
    importId,
    status,
    workouts: workouts.map((workout) => ({ ...workout })),
    samples: { ...samples },
    droppedCount,
    ...(damage === undefined ? {} : { damage: { ...damage } }),
  };
}
