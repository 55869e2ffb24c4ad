import type { DataType } from './model.ts';

const READ = ['list', 'reconcile'] as const;
const ALL = [...READ, 'rollUp', 'dailyRollUp'] as const;

const empty = (url: string, more: Pick<DataType, 'kind' | 'scope' | 'operations'>): DataType => ({
  url,
  filter: url.replaceAll('-', '_'),
  json: url.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  ofDate: () => [],
  ...more,
});

const activity = { kind: 'interval', scope: 'activity_and_fitness' } as const;

/** Documented types that nobody here has data of: their lists are empty, and what they do not support is refused. */
export const EMPTY_TYPES: readonly DataType[] = [
  empty('activity-level', { ...activity, operations: READ }),
  empty('swim-lengths-data', { ...activity, operations: ALL }),
  empty('time-in-heart-rate-zone', { ...activity, operations: ALL }),
  empty('calories-in-heart-rate-zone', { ...activity, operations: ['rollUp', 'dailyRollUp'] }),
  empty('daily-heart-rate-zones', {
    kind: 'daily',
    scope: 'health_metrics_and_measurements',
    operations: READ,
  }),
  empty('electrocardiogram', { kind: 'interval', scope: 'ecg', operations: ['list'] }),
  empty('irregular-rhythm-notification', { kind: 'interval', scope: 'irn', operations: ['list'] }),
];
