import { readFile, stat } from 'node:fs/promises';
import { createActivityApi } from '../../../lib/adapters/http/activity-api.ts';
import { HeadwaterApiError } from '../../../lib/adapters/http/headwater-api.ts';
import { type Clock, systemClock } from '../../../lib/core/clock.ts';
import { type Randomness, systemRandomness } from '../../../lib/core/randomness.ts';
import { type ActivityImportSummary, runActivityImport } from '../../../lib/imports/run-activity-import.ts';
import { ImportRefusedError } from '../../../lib/imports/run-import.ts';
import type { ImportArguments } from './arguments.ts';

/** As the API takes them; a larger file is not sent at all. */
const MAX_FILE_BYTES = 25_000_000;

/** Imports one activity file. Resolves to the lines to say, or to the reason why nothing was imported. */
export async function importActivity(
  request: ImportArguments,
  api: { readonly apiUrl: string; readonly apiKey: string },
  platform: { readonly clock: Clock; readonly randomness: Randomness } = {
    clock: systemClock,
    randomness: systemRandomness,
  },
): Promise<{ readonly lines: readonly string[] } | { readonly fault: string }> {
  const { size } = await stat(request.file);
  if (size > MAX_FILE_BYTES) return { fault: `an activity file has at most ${MAX_FILE_BYTES} bytes` };
  const { clock } = platform;
  const startedMs = clock.now();
  const target = createActivityApi({ ...api, ...platform, fetch: globalThis.fetch });
  try {
    const summary = await runActivityImport(await readFile(request.file), request, { target, clock });
    return { lines: summaryLines(summary, (clock.now() - startedMs) / 1_000) };
  } catch (fault) {
    if (fault instanceof ImportRefusedError || fault instanceof HeadwaterApiError)
      return { fault: fault.message };
    throw fault;
  }
}

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

function summaryLines(
  { outcome, userId, copyCount }: ActivityImportSummary,
  seconds: number,
): readonly string[] {
  const { workouts, samples, damage, droppedCount } = outcome;
  const sampleCount = Object.values(samples).reduce((sum, count) => sum + count, 0);
  const isNew = workouts.some((each) => each.outcome === 'created' || each.outcome === 'updated');
  const figures = [
    ...(['created', 'updated', 'unchanged', 'refused'] as const).map(
      (name) => [`workouts ${name}`, workouts.filter((each) => each.outcome === name).length] as const,
    ),
    ...(['accepted', 'updated', 'duplicate', 'refused'] as const).map(
      (name) => [`samples ${name}`, samples[name]] as const,
    ),
    ['workouts that another source has too, counted once', copyCount] as const,
    ['points or values that cannot be right, left out', droppedCount] as const,
  ];
  return [
    `read ${counted(workouts.length, 'workout')} and ${counted(sampleCount, 'sample')} for 1 user in ${seconds.toFixed(1)} s`,
    ...figures.filter(([, count]) => count > 0).map(([name, count]) => `  ${name.padEnd(19)} ${count}`),
    ...(isNew || samples.accepted + samples.updated > 0 ? [] : ['  nothing changed: all of it was there']),
    ...(damage === undefined
      ? []
      : [
          `  the file is damaged (${damage.where}: ${damage.reason}): what is before that was imported, and the whole file would replace it`,
        ]),
    `  user ${userId}`,
  ];
}
