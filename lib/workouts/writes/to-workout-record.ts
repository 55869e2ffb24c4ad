import type * as z from 'zod';
import type { PutWorkoutRequest } from '../../../contracts/http/workout-writes.ts';
import { WorkoutInput } from '../../../contracts/http/workout-writes.ts';
import type { RefusalReason } from '../../../contracts/problems/catalog.ts';
import { definedFields } from '../../core/defined-fields.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import { parseIsoTime } from '../../core/iso-time.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { RecordSource, WorkoutRecord } from '../../providers/model.ts';
import type { Source } from '../../samples/model.ts';
import { resolveWorkoutType } from './workout-type.ts';

export const MANUAL_PROVIDER = 'manual';

export interface WorkoutRefusal {
  readonly reason: RefusalReason;
  /** Field and rule, never the value. */
  readonly message: string;
}

/** One workout of a batch in the words of the mappings of providers, or why it is none (WKT44). */
export function toWorkoutRecord(
  item: unknown,
  { provider, device, app }: Omit<Source, 'sourceId'>,
): Result<WorkoutRecord, WorkoutRefusal> {
  const parsed = WorkoutInput.safeParse(item);
  if (!parsed.success) return fail(refusalOf(parsed.error));
  const { externalId, revision, isManual, parentExternalId, ...fields } = parsed.data;
  const source = { ...(device === undefined ? {} : { device }), ...(app === undefined ? {} : { app }) };
  return ok({
    ...workoutOf(fields, { externalId, source, isManual: isManual ?? provider === MANUAL_PROVIDER }),
    ...(revision === undefined ? {} : { revision }),
    ...(parentExternalId === undefined ? {} : { parentExternalId }),
  });
}

/** The fields of a batch's workout and of a manual entry alike; absent ones stay absent. */
export function workoutOf(
  { type, providerType, durationSec, ...fields }: PutWorkoutRequest,
  known: { readonly externalId: string; readonly source: RecordSource; readonly isManual: boolean },
): WorkoutRecord {
  return {
    ...known,
    ...definedFields(fields),
    ...resolveWorkoutType(type, providerType),
    kind: 'workout',
    durationSec: durationSec ?? elapsedSec(fields.start, fields.end),
    values: [],
  };
}

/** 0 where a time is none, or the end is before the start: the door refuses those by their times. */
function elapsedSec(start: string, end: string): number {
  const [fromMs, toMs] = [start, end].map((text) => {
    const time = parseIsoTime(text);
    if (time === undefined) return Number.NaN;
    return typeof time.offset === 'number' ? time.wallMs - time.offset * MINUTE_MS : time.wallMs;
  });
  const elapsedMs = (toMs ?? Number.NaN) - (fromMs ?? Number.NaN);
  return elapsedMs > 0 ? elapsedMs / SECOND_MS : 0;
}

const TIMES: ReadonlySet<unknown> = new Set(['start', 'end', 'revision']);
const OUT_OF_BOUNDS: ReadonlySet<string> = new Set(['too_big', 'too_small']);

function refusalOf({ issues }: z.ZodError): WorkoutRefusal {
  const issue = issues[0];
  const field = issue?.path[0];
  if (issue === undefined || field === undefined)
    return { reason: 'wrong_type', message: 'an object is required' };
  const message = `${String(field).slice(0, 64)}: not of the documented shape`;
  if (field === 'externalId') return { reason: 'identity_required', message };
  if (TIMES.has(field) && issue.code !== 'invalid_type') return { reason: 'bad_time', message };
  const isNumber = 'origin' in issue && issue.origin === 'number';
  return { reason: OUT_OF_BOUNDS.has(issue.code) && isNumber ? 'out_of_bounds' : 'wrong_type', message };
}
