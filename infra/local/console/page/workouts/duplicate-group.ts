import type { Workout, WorkoutGroup } from '../../../../../contracts/http/workouts.ts';
import { wornDayAndTime } from '../clock.ts';
import { action, make } from '../elements.ts';
import { decide, sourceName } from '../read-models-api.ts';
import { distance, duration, heartRate, signalWords, typeName } from './words.ts';

const STATUS: Readonly<Record<WorkoutGroup['status'], string>> = {
  open: 'one counts, by the priorities of the sources',
  primary_chosen: 'one counts, as you said',
  kept_both: 'all of them count, as you said',
};

/** The copies of one activity: which counts, what speaks for it, and what can be decided. */
export function groupPanel(userId: string, group: WorkoutGroup, changed: () => Promise<void>): HTMLElement {
  const choose = async (decision: Parameters<typeof decide>[2]) => {
    await decide(userId, group.id, decision);
    await changed();
    // The button that was pressed is gone with the panel.
    document.querySelector<HTMLElement>('#workout .group')?.focus();
  };
  const rows = group.members.map((member) =>
    memberLine(group, member, () => choose({ decision: 'primary', workoutId: member.id })),
  );
  const ways = [
    ...(group.status === 'kept_both' ? [] : [action('Keep both', () => choose({ decision: 'keep_both' }))]),
    ...(group.decision === undefined ? [] : [action('Automatic', () => choose({ decision: 'automatic' }))]),
  ];
  return make(
    'div',
    { class: 'group', 'data-status': group.status, tabindex: '-1' },
    make('h3', { class: 'part' }, 'Copies of one activity'),
    make('p', { class: 'line' }, STATUS[group.status]),
    make('ul', { class: 'members' }, ...rows),
    ...whyOf(group),
    make('div', { class: 'actions' }, ...ways),
  );
}

function memberLine(group: WorkoutGroup, member: Workout, choose: () => Promise<void>): HTMLElement {
  const isPrimary = member.id === group.primaryId;
  const settled = isPrimary && group.status !== 'kept_both' && group.decision !== undefined;
  const counts = group.status === 'kept_both' || isPrimary;
  const way = settled ? [] : [action('This is primary', choose)];
  const what = [
    typeName(member.type),
    wornDayAndTime(member.start, member.zoneOffsetMinutes).slice(11),
    duration(member),
    ...(member.distanceM === undefined ? [] : [distance(member)]),
    ...(member.avgHeartRateBpm === undefined ? [] : [`${heartRate(member)}\u00a0bpm`]),
  ];
  return make(
    'li',
    { 'data-counts': String(counts), 'data-provider': member.source.provider },
    make('span', {}, make('strong', {}, sourceName(member.source)), ` ${what.join(' · ')}`),
    make('div', { class: 'actions' }, make('span', {}, counts ? 'counts' : 'copy'), ...way),
  );
}

function whyOf(group: WorkoutGroup): readonly HTMLElement[] {
  const names = new Map(group.members.map(({ id, source }) => [id, source.provider]));
  return group.pairs.map(({ a, b, score, signals }) =>
    make(
      'p',
      { class: 'line why' },
      `${names.get(a)} and ${names.get(b)}: ${score} points, ${signalWords(signals)}`,
    ),
  );
}
