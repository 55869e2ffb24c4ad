import type { ImportActivity } from '../../../contracts/commands/import-activity.ts';
import type {
  ActivityFault,
  ActivityFile,
  ActivityFormat,
  DamagePolicy,
} from '../../activity-files/model.ts';
import type { Clock } from '../../core/clock.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Result } from '../../core/result.ts';
import { AppError } from '../../problems/app-error.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { UserScope } from '../../samples/model.ts';
import type { UploadReader } from '../../samples/upload-store.ts';
import type { ImportStore } from './import-store.ts';
import { MAX_ACTIVITY_FILE_BYTES } from './limits.ts';
import type { ActivityImportRow, ImportFault, ImportResult } from './model.ts';
import { type WriteActivitiesDependencies, writeActivities } from './write-activities.ts';

export interface RunImportDependencies extends WriteActivitiesDependencies {
  readonly store: ImportStore;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly uploads: UploadReader;
  /** lib/activity-files/read-activity-file.ts. */
  readonly readFile: (
    bytes: Uint8Array,
    options: {
      readonly format: ActivityFormat | undefined;
      readonly onDamage: DamagePolicy;
      readonly nowMs: EpochMs;
    },
  ) => Result<ActivityFile, ActivityFault>;
  readonly clock: Clock;
}

export interface ImportTry extends Pick<ImportActivity, 'importId' | 'correlationId'> {
  /** Of the queue: the message comes no more if this fails. */
  readonly isLastTry: boolean;
}

/**
 * Reads the file of an import and stores what it holds (ACT8). What the file or its user stands against is the end of the
 * import and is kept with it; outages are thrown and the message comes again. The last time that it comes the
 * import counts as failed before it is tried: nobody waits for a file that ends the process that reads it. One
 * that is done, or whose user is gone, is dropped.
 */
export async function runImport(
  deps: RunImportDependencies,
  scope: UserScope,
  { importId, correlationId, isLastTry }: ImportTry,
): Promise<ImportResult | undefined> {
  const row = await deps.store.load(scope, importId);
  if (row === undefined || row.status === 'done') return undefined;
  if (isLastTry) await deps.store.finish(scope, importId, GIVEN_UP);
  else await deps.store.markRunning(scope, importId);
  const result = await importFile(deps, scope, row, correlationId);
  if (result !== undefined) await deps.store.finish(scope, importId, result);
  return result;
}

const GIVEN_UP: ImportResult = {
  status: 'failed',
  code: 'activity.unreadable',
  detail: 'The file could not be read in several tries.',
};

async function importFile(
  deps: RunImportDependencies,
  scope: UserScope,
  { importId, provider, format, onDamage, createdAtMs }: ActivityImportRow,
  correlationId: string,
): Promise<ImportResult | undefined> {
  const head = await deps.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) return undefined;
  if (!head.privacy.uploadEnabled)
    return failed('ingest.upload_disabled', 'The user has switched uploads off.');
  if (head.privacy.blockedMetrics.includes('workout'))
    return failed('read.metric_blocked', 'The user has blocked workouts.');
  const upload = await deps.uploads.read(scope, importId, MAX_ACTIVITY_FILE_BYTES);
  if (upload.kind === 'absent')
    return failed('activity.no_file', 'No file was put to the address of the import.');
  if (upload.kind === 'too_large')
    return failed('activity.file_too_large', `A file has at most ${MAX_ACTIVITY_FILE_BYTES} bytes.`);
  const file = deps.readFile(upload.body, { format, onDamage, nowMs: createdAtMs });
  if (!file.ok) return failed(file.failure.code, detailOf(file.failure));
  try {
    const hasUserZone = head.timeZone !== undefined;
    const context = { importId, provider, correlationId, nowMs: deps.clock.now(), hasUserZone };
    return await writeActivities(deps, scope, file.value, context);
  } catch (fault) {
    if (fault instanceof AppError && fault.code === 'user.not_found') return undefined;
    if (fault instanceof AppError && fault.code === 'ingest.upload_disabled')
      return failed(fault.code, 'The user has switched uploads off.');
    throw fault;
  }
}

const failed = (code: ImportFault, detail: string): ImportResult => ({ status: 'failed', code, detail });

const detailOf = (fault: ActivityFault): string =>
  fault.code === 'activity.damaged' ? `${fault.where}: ${fault.reason}` : fault.reason;
