import { fail, ok, type Result } from '../../core/result.ts';
import { externalIdOf } from '../identity.ts';
import type { Activity, ActivityFault, ActivityFile, DamagePolicy } from '../model.ts';
import { wholeOf } from '../whole.ts';
import { walkXml } from '../xml/walk-xml.ts';
import { activityOf } from './tcx-activity.ts';
import { TcxReader } from './tcx-reader.ts';

/**
 * The activities of a TCX file (TrainingCenterDatabase/v2), or why there are none. Activities of a
 * MultiSportSession are parts of a whole that comes first (ACT2). Damage as in `readFit`.
 */
export function readTcx(bytes: Uint8Array, onDamage: DamagePolicy): Result<ActivityFile, ActivityFault> {
  const reader = new TcxReader();
  const damage = walkXml(bytes, reader);
  if (damage !== undefined && onDamage !== 'keep') return fail({ code: 'activity.damaged', ...damage });
  if (reader.isFull())
    return fail({
      code: 'activity.too_large',
      reason: 'The file holds more points, laps or activities than are taken.',
    });
  const activities: Activity[] = [];
  let droppedCount = 0;
  for (const group of reader.groups()) {
    const read = group.flatMap((element) => activityOf(element) ?? []);
    droppedCount += read.reduce((sum, each) => sum + each.droppedCount, 0);
    const parts = read.map(({ activity }) => activity);
    const [first] = parts;
    if (first === undefined) continue;
    if (parts.length === 1) activities.push(first);
    else activities.push(...withWhole(parts, first));
  }
  if (activities.length === 0)
    return fail(damage === undefined ? NONE : { code: 'activity.damaged', ...damage });
  return ok({ format: 'tcx', activities, droppedCount, ...(damage === undefined ? {} : { damage }) });
}

function withWhole(parts: readonly Activity[], first: Activity): readonly Activity[] {
  const parentExternalId = externalIdOf('tcx', ['whole', first.externalId]);
  return [wholeOf(parentExternalId, parts), ...parts.map((part) => ({ ...part, parentExternalId }))];
}

const NONE: ActivityFault = {
  code: 'activity.none',
  reason: 'The file is whole and holds no activity with times: it may be a course or a workout plan.',
};
