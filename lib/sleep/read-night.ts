import type { NightDetail } from '../../contracts/http/sleep.ts';
import type { LocalDate } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import { NIGHT_COMPUTE_VERSION } from './limits.ts';
import { requirePeople } from './list-nights.ts';
import { toNightDetail } from './night-answer.ts';
import type { NightDeps } from './night-deps.ts';
import { fingerprintNight, makeNight } from './project-nights.ts';
import { readInputs } from './read-inputs.ts';
import { createToldSleep } from './told-sleep.ts';

export interface ReadNight {
  readonly night: NightDetail;
  readonly seq: number;
  readonly queryCount: number;
}

/**
 * One night with its stages, and what each source told (SLP11). Stages are not stored: the night is computed
 * from its inputs as they are, so it is never STALE, and saved where the stored one is older, so that a repeat
 * answers the same to the last byte. Throws AppError user.not_found, read.metric_blocked.
 */
export async function readNight(deps: NightDeps, scope: UserScope, date: LocalDate): Promise<ReadNight> {
  const [reading, [stored]] = await Promise.all([
    readInputs(deps, scope, { from: date, to: date }),
    deps.nights.load(scope, { from: date, to: date }),
  ]);
  const people = await requirePeople(deps, scope);
  const inputs = fingerprintNight(deps, date, people, reading);
  const told = createToldSleep(deps, reading, people.head);
  const made = makeNight(deps, date, { ...people, reading, told });
  const freshness = (row = stored) => deps.rules.freshnessOf(row, inputs, NIGHT_COMPUTE_VERSION);
  const { seq } = people.head;
  const queryCount = reading.queryCount + 1;
  if (made === undefined || made === 'unknown_source') {
    const view = { date, row: stored, freshness: freshness() };
    return { night: toNightDetail(view, undefined), seq, queryCount };
  }
  const isCurrent = stored !== undefined && freshness().status !== 'STALE';
  if (!isCurrent) await deps.nights.save(scope, made.row);
  const row = isCurrent ? stored : made.row;
  const night = toNightDetail({ date, row, freshness: freshness(row) }, made.computed);
  return { night, seq, queryCount };
}
