import FitParser from 'fit-file-parser';
import type { EpochMs } from '../../core/instants.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Activity, ActivityFault, ActivityFile, Damage } from '../model.ts';
import { activitiesOf } from './fit-activities.ts';
import type { FitMessage, FitMessages } from './fit-message.ts';
import { type FitPart, scanFit } from './scan-fit.ts';

/**
 * The activities of a FIT file, or why there are none. With `keep` damage ends the file where it lies and what was
 * before it is read (ACT4); without, damage refuses the file.
 */
export function readFit(
  bytes: Uint8Array,
  onDamage: 'refuse' | 'keep',
  nowMs: EpochMs,
): Result<ActivityFile, ActivityFault> {
  const scan = scanFit(bytes);
  if (!scan.ok) return scan;
  let { damage } = scan.value;
  if (damage !== undefined && onDamage === 'refuse') return damaged(damage);
  const activities: Activity[] = [];
  let droppedCount = 0;
  for (const part of scan.value.parts) {
    const messages = decode(part);
    if (messages === undefined) {
      damage ??= { where: 'a message', reason: 'the decoder could not read it' };
      if (onDamage === 'refuse') return damaged(damage);
      break;
    }
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
