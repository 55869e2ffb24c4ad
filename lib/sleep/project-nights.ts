import type { LocalDate } from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import type { InputFingerprint, ProjectionRow } from '../projections/model.ts';
import { blockName, type Head, type PrioritySettings, type UserScope } from '../samples/model.ts';
import { type ComputedNight, computeNight, NO_NIGHT } from './compute-night.ts';
import { NIGHT_COMPUTE_VERSION } from './limits.ts';
import type { NightRow } from './model.ts';
import { NIGHT_METRIC, type NightDeps } from './night-deps.ts';
import { nightFingerprint } from './night-fingerprint.ts';
import { type NightReading, readInputs } from './read-inputs.ts';
import { createToldSleep, type ToldSleep } from './told-sleep.ts';

/** What an event says must be there: per night its inputs, by block and date or by date, with their numbers. */
export type NightNeeds = ReadonlyMap<LocalDate, ReadonlyMap<string, number>>;

/**
 * saved, superseded: the stored night is now at least as new as the inputs that were read.
 * not_visible: the inputs are older than the event; to be tried again. no_user: erased, nothing to do.
 */
export type NightOutcome = 'saved' | 'superseded' | 'not_visible' | 'no_user';

const SAVE_CONCURRENCY_COUNT = 8;

/** How needs name an input. */
export const blockInput = (block: string, date: string): string => `${block}@${date}`;
export const recordsInput = (date: string): string => `records@${date}`;

/**
 * Computes some nights of one user, of at most 31 dates in a row, from one reading and saves each on the
 * condition that no newer one stands (PRJ2). Safe to repeat, to run twice at once and in any order. A reading
 * that exceeds its bounds is halved, and a single night of it ends PARTIAL (PRJ1).
 */
export async function projectNights(
  deps: NightDeps,
  scope: UserScope,
  needs: NightNeeds,
): Promise<ReadonlyMap<LocalDate, NightOutcome>> {
  const nights = [...needs.keys()].sort();
  const [from] = nights;
  const to = nights.at(-1);
  if (from === undefined || to === undefined) return new Map();
  const reading = await readInputs(deps, scope, { from, to });
  if (!reading.isComplete && nights.length > 1) {
    const entries = [...needs].sort(([left], [right]) => (left < right ? -1 : 1));
    const middle = Math.ceil(entries.length / 2);
    const early = await projectNights(deps, scope, new Map(entries.slice(0, middle)));
    return new Map([...early, ...(await projectNights(deps, scope, new Map(entries.slice(middle))))]);
  }
  const people = await loadPeople(deps, scope);
  if (people === undefined) return new Map(nights.map((night) => [night, 'no_user']));
  const told = createToldSleep(deps, reading, people.head);
  const outcomes = await mapBounded(nights, SAVE_CONCURRENCY_COUNT, async (night): Promise<NightOutcome> => {
    if (!isVisible(needs.get(night), reading)) return 'not_visible';
    const made = makeNight(deps, night, { ...people, reading, told });
    if (made === undefined) return 'superseded';
    if (made === 'unknown_source') return 'not_visible';
    return deps.nights.save(scope, made.row);
  });
  return new Map(nights.map((night, index) => [night, outcomes[index] ?? 'not_visible']));
}

export interface People {
  readonly head: Head;
  readonly workspace: PrioritySettings;
}

/** Read after the inputs, so that the head knows their sources. Undefined: the user is gone. */
export async function loadPeople(deps: NightDeps, scope: UserScope): Promise<People | undefined> {
  const [head, workspace] = await Promise.all([
    deps.heads.load(scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  return head === undefined || head.erasedAtMs !== undefined ? undefined : { head, workspace };
}

export const fingerprintNight = (
  { rules }: Pick<NightDeps, 'rules'>,
  night: LocalDate,
  { head, workspace }: People,
  reading: Pick<NightReading, 'listed' | 'recordDays'>,
): InputFingerprint | undefined =>
  nightFingerprint(night, {
    blocks: reading.listed,
    recordDays: reading.recordDays,
    priorities: rules.priorityVersions(NIGHT_METRIC, head.priorities, workspace),
  });

interface NightContext extends People {
  readonly reading: NightReading;
  readonly told: ToldSleep;
}

/** A night's row with what it leaves out; undefined when nothing was ever told of its dates. */
export function makeNight(
  deps: Pick<NightDeps, 'rules' | 'clock'>,
  night: LocalDate,
  context: NightContext,
): { readonly row: NightRow; readonly computed: ComputedNight | undefined } | 'unknown_source' | undefined {
  const inputs = fingerprintNight(deps, night, context, context.reading);
  if (inputs === undefined) return undefined;
  const base = {
    date: night,
    inputs,
    computeVersion: NIGHT_COMPUTE_VERSION,
    computedAtMs: deps.clock.now(),
  };
  const told = context.told.ofNight(night);
  if (!told.ok) {
    if (told.failure.kind === 'unknown_source') return 'unknown_source';
    const outcome = { kind: 'failed', reason: told.failure.reason } as const;
    return { row: { ...base, outcome, figures: NO_NIGHT }, computed: undefined };
  }
  const { head, workspace } = context;
  const inOrder = deps.rules.compareSources(deps.rules.orderOf(NIGHT_METRIC, head.priorities, workspace));
  const computed = computeNight(night, told.value.sources, inOrder);
  const isComplete = told.value.isComplete && context.reading.isComplete;
  return {
    row: { ...base, outcome: outcomeOf(isComplete, computed.isCut), figures: computed.figures },
    computed,
  };
}

function outcomeOf(isComplete: boolean, isCut: boolean): ProjectionRow<unknown>['outcome'] {
  if (!isComplete) return { kind: 'partial', reason: 'the dates hold more than one computation reads' };
  return isCut ? { kind: 'partial', reason: 'sleep went on for more than 24 hours' } : { kind: 'complete' };
}

/** Whether every input that an event names shows its change, or a later one. */
function isVisible(needs: ReadonlyMap<string, number> | undefined, reading: NightReading): boolean {
  if (needs === undefined || needs.size === 0) return true;
  const seqs = new Map<string, number>();
  for (const { ref, daySeqs } of reading.listed) {
    for (const [date, seq] of Object.entries(daySeqs)) seqs.set(blockInput(blockName(ref), date), seq);
  }
  for (const [date, seq] of reading.recordDays) seqs.set(recordsInput(date), seq);
  return [...needs].every(([name, seq]) => (seqs.get(name) ?? 0) >= seq);
}
