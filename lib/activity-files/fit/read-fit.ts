import FitParser from 'fit-file-parser';
import type { EpochMs } from '../../core/instants.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Activity, ActivityFault, ActivityFile, Damage, DamagePolicy } from '../model.ts';
import { activitiesOf } from './fit-activities.ts';
import { type FitMessage, type FitMessages, numberOf } from './fit-message.ts';
import { type FitPart, scanFit } from './scan-fit.ts';

/**
 * The activities of a FIT file, or why there are none. Damage ends the file where it lies (ACT4): with `keep` what was
 * before it is read, with `summary` only where the frames break off behind the summaries of all activities, as in
 * files that begin with them; else damage refuses the file.
 */
export function readFit(
  bytes: Uint8Array,
  onDamage: DamagePolicy,
  nowMs: EpochMs,
): Result<ActivityFile, ActivityFault> {
  const scan = scanFit(bytes);
  if (!scan.ok) return scan;
  const { parts, breaksOff } = scan.value;
  let { damage } = scan.value;
  if (damage !== undefined && (onDamage === 'refuse' || (onDamage === 'summary' && !breaksOff)))
    return damaged(damage);
  const activities: Activity[] = [];
  let droppedCount = 0;
  for (const part of parts) {
    const messages = decode(part);
    if (messages === undefined) {
      damage ??= { where: 'a message', reason: 'the decoder could not read it' };
      if (onDamage !== 'keep') return damaged(damage);
      break;
    }
    if (damage !== undefined && onDamage === 'summary' && !isSummedUp(messages)) return damaged(damage);
    const read = activitiesOf(messages, nowMs);
    activities.push(...read.activities);
    droppedCount += read.droppedCount;
  }
  if (activities.length === 0) return damage === undefined ? fail(NONE) : damaged(damage);
  return ok({ format: 'fit', activities, droppedCount, ...(damage === undefined ? {} : { damage }) });
}

const NONE: ActivityFault = {
  code: 'activity.none',
  reason: 'The file is whole and holds no activity: it may be a course, a workout plan or settings.',
};

const damaged = ({ where, reason }: Damage): Result<never, ActivityFault> =>
  fail({ code: 'activity.damaged', where, reason });

/** The activity message says how many sessions there are, and all of them are here. */
const isSummedUp = ({ activity, sessions }: FitMessages): boolean => {
  const sessionCount = numberOf(activity, 'num_sessions');
  return sessionCount !== undefined && sessionCount > 0 && sessions.length >= sessionCount;
};

/** Undefined when the decoder gives up on what the frames say. */
function decode(part: FitPart): FitMessages | undefined {
  try {
    let found: FitMessages | undefined;
    // Whole frames only, checked before: the checksum is not asked for again.
    const parser = new FitParser({ force: true, mode: 'list', speedUnit: 'm/s', lengthUnit: 'm' });
    parser.parse(part.bytes.buffer, (fault, read) => {
      if (fault === undefined && read !== undefined) found = toMessages(read as unknown as FitMessage);
    });
    return found;
  } catch {
    return undefined;
  }
}

function toMessages(read: FitMessage): FitMessages {
  const one = (value: unknown): FitMessage =>
    typeof value === 'object' && value !== null ? { ...value } : {};
  const list = (value: unknown): readonly FitMessage[] => (Array.isArray(value) ? value.map(one) : []);
  return {
    fileId: list(read['file_ids'])[0] ?? {},
    sessions: list(read['sessions']),
    laps: list(read['laps']),
    records: list(read['records']),
    activity: one(read['activity']),
  };
}
