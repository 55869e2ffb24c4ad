import type { ActivityImport, CreateActivityImportAnswer } from '../../contracts/http/activity-imports.ts';
import type { Clock } from '../core/clock.ts';
import { MINUTE_MS } from '../core/instants.ts';
import { ImportRefusedError, type ImportTarget } from './run-import.ts';

/** Headwater's public API as an import of an activity file needs it. */
export interface ActivityTarget extends Pick<ImportTarget, 'ensureUser'> {
  createActivityImport(
    userId: string,
    wanted: { readonly source?: string; readonly onDamage?: 'keep' },
  ): Promise<CreateActivityImportAnswer>;
  /** Puts the file to the address that the import was given. */
  putFile(place: Pick<CreateActivityImportAnswer, 'url' | 'headers'>, bytes: Uint8Array): Promise<void>;
  startActivityImport(userId: string, importId: string): Promise<void>;
  loadActivityImport(userId: string, importId: string): Promise<ActivityImport>;
  /** How many other sources have the same activity. */
  countCopies(userId: string, workoutId: string): Promise<number>;
}

export interface ActivityImportSettings {
  readonly externalId: string;
  readonly zone: string | undefined;
  /** Provider of what is imported; without it the API's own name for files. */
  readonly source: string | undefined;
  readonly keepDamaged: boolean;
}

export interface ActivityImportSummary {
  readonly userId: string;
  readonly outcome: ActivityImport;
  /** Workouts of the file that another source has as well: counted once. */
  readonly copyCount: number;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** The function that reads a file has five minutes, and may have to begin again. */
const PATIENCE_MS = 15 * MINUTE_MS;

/**
 * Sends one activity file and waits for what becomes of it. Repeating it is safe: the same file changes nothing.
 * Throws ImportRefusedError with a sentence for the person when the file gives nothing.
 */
export async function runActivityImport(
  bytes: Uint8Array,
  { externalId, zone, source, keepDamaged }: ActivityImportSettings,
  { target, clock }: { readonly target: ActivityTarget; readonly clock: Clock },
): Promise<ActivityImportSummary> {
  const { id: userId } = await target.ensureUser(externalId, zone);
  const place = await target.createActivityImport(userId, {
    ...(keepDamaged ? { onDamage: 'keep' } : {}),
    ...(source === undefined ? {} : { source }),
  });
  await target.putFile(place, bytes);
  await target.startActivityImport(userId, place.importId);
  const outcome = await waitForEnd(place.importId, userId, { target, clock });
  if (outcome.status === 'failed') throw new ImportRefusedError(sentenceOf(outcome));
  let copyCount = 0;
  for (const workout of outcome.workouts) {
    if (workout.outcome === 'refused') continue;
    if ((await target.countCopies(userId, workout.id)) > 0) copyCount += 1;
  }
  return { userId, outcome, copyCount };
}

async function waitForEnd(
  importId: string,
  userId: string,
  { target, clock }: { readonly target: ActivityTarget; readonly clock: Clock },
): Promise<ActivityImport> {
  const untilMs = clock.now() + PATIENCE_MS;
  for (let waitMs = FIRST_WAIT_MS; clock.now() < untilMs; waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)) {
    const found = await target.loadActivityImport(userId, importId);
    if (found.status === 'done' || found.status === 'failed') return found;
    await clock.sleep(waitMs);
  }
  throw new ImportRefusedError(
    `the import ${importId} did not end in a quarter of an hour: ask the API for it`,
  );
}

const sentenceOf = ({ code, detail }: ActivityImport): string =>
  code === 'activity.damaged'
    ? `the file is damaged (${detail}): nothing was imported. --keep-damaged imports what is before the damage`
    : `nothing was imported: ${detail} (${code})`;
