import { defineMetric } from './define.ts';
import type { Metric } from './metric.ts';
import { CATEGORY, EVENTS, SCORE, SHARE, TIME } from './units.ts';

const minutes = (max: number) => ({ unit: 'min', of: TIME, bounds: [0, max] }) as const;
const SLEEP_ANALYSIS = 'HKCategoryTypeIdentifierSleepAnalysis';
const fromSessions = { healthKit: SLEEP_ANALYSIS, healthConnect: 'SleepSessionRecord' } as const;

/** In the order of their stored index: append only. */
export const SLEEP_STAGES = ['in_bed', 'awake', 'light', 'deep', 'rem', 'asleep', 'out_of_bed'] as const;

const NIGHTS: readonly Metric[] = [
  defineMetric(['sleep_duration', 'Time asleep'], 'daily', minutes(1440), {
    loinc: '93832-4',
    ...fromSessions,
  }),
  defineMetric(['time_in_bed', 'Time in bed'], 'daily', minutes(1440), {
    loinc: '103213-5',
    ...fromSessions,
  }),
  defineMetric(['sleep_deep', 'Deep sleep'], 'daily', minutes(600), { loinc: '93831-6', ...fromSessions }),
  defineMetric(['sleep_light', 'Light sleep'], 'daily', minutes(900), { loinc: '93830-8', ...fromSessions }),
  defineMetric(['sleep_rem', 'REM sleep'], 'daily', minutes(600), { loinc: '93829-0', ...fromSessions }),
  defineMetric(['sleep_awake', 'Awake after falling asleep'], 'daily', minutes(900), {
    loinc: '103215-0',
    ...fromSessions,
  }),
  defineMetric(['sleep_latency', 'Time to fall asleep'], 'daily', minutes(600)),
  defineMetric(
    ['awakenings_count', 'Awakenings'],
    'daily',
    { unit: '{count}', of: EVENTS, bounds: [0, 200] },
    { loinc: '103211-9' },
  ),
  defineMetric(['sleep_efficiency', 'Sleep efficiency'], 'daily', {
    unit: '%',
    of: SHARE,
    bounds: [0, 100],
  }),
  defineMetric(['sleep_score', 'Sleep score'], 'daily', { unit: '{score}', of: SCORE, bounds: [0, 100] }),
];

/** Sessions are records; their stages come in as samples of `sleep_stage`. */
const SESSIONS: readonly Metric[] = [
  defineMetric(['sleep_session', 'Sleep session'], 'interval', minutes(1440), fromSessions),
  defineMetric(['nap', 'Nap'], 'interval', minutes(1440), fromSessions),
  defineMetric(
    ['sleep_stage', 'Sleep stage'],
    'category',
    { unit: '1', of: CATEGORY, bounds: [0, SLEEP_STAGES.length - 1] },
    { categories: SLEEP_STAGES, ...fromSessions },
  ),
];

export const SLEEP: readonly Metric[] = [...NIGHTS, ...SESSIONS];
