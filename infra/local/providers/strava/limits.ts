import type { Call } from '../frame/call.ts';
import type { LimitRules, LimitWindow, WindowUsage } from '../frame/limits.ts';

const isRead = ({ method }: Call): boolean => method === 'GET';
const quarter = { windowSec: 900, per: 'app', aligned: true } as const;
const day = { windowSec: 86_400, per: 'app', aligned: true } as const;

/** Quarter hours and UTC days; everything counts into the first two, reads into the others as well. */
const windows: readonly LimitWindow[] = [
  { name: 'overallQuarter', limit: 8000, documented: 200, ...quarter },
  { name: 'overallDay', limit: 80_000, documented: 2000, ...day },
  { name: 'readQuarter', limit: 4000, documented: 100, ...quarter, appliesTo: isRead },
  { name: 'readDay', limit: 40_000, documented: 1000, ...day, appliesTo: isRead },
];

const pair = (
  usage: readonly WindowUsage[],
  prefix: string,
  value: (window: WindowUsage) => number,
): string =>
  usage
    .filter(({ name }) => name.startsWith(prefix))
    .map(value)
    .join(',');

export const limits: LimitRules = {
  windows,
  headers: (usage) => ({
    'X-RateLimit-Limit': pair(usage, 'overall', ({ limit }) => limit),
    'X-RateLimit-Usage': pair(usage, 'overall', ({ used }) => used),
    ...(usage.some(({ name }) => name === 'readDay')
      ? {
          'X-ReadRateLimit-Limit': pair(usage, 'read', ({ limit }) => limit),
          'X-ReadRateLimit-Usage': pair(usage, 'read', ({ used }) => used),
        }
      : {}),
  }),
};
