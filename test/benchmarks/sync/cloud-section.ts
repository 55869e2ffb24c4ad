import { table, thousands } from '../document.ts';
import { AWS_CALL_WAIT_MS, PROVIDER_CALL_WAIT_MS } from '../ingest/prices.ts';
import type { CloudFigures, LargeSync } from './cloud-syncs.ts';
import { syncCostTables } from './cost.ts';

const GOAL_GROWTH_MB = 50;
const GOAL_RECORDS_PER_SEC = 5_000;
const MEGABYTE = 1_000_000;

/** The part of the page about the local cloud. */
export function cloudSection({ large, again, events }: CloudFigures): string {
  return `### On the local cloud, over HTTP

The simulated Fitbit answers at once; the person has ${thousands(large.wanted)} heart rates besides a month of everything else. Gateway,
functions, queues, database, projections and the simulator share the cores. The function that fetches pages
has a process of its own and its own settings, as on Lambda; it is cold at first, and warm for the next user's sync.

${shortfalls(large, again)}

${largeTable(large, again)}

### What a sync and a push take of AWS

Counted at the shipped functions on the local cloud, in containers that were used before: capacity units as the local
engine counts them by AWS's rules, transitions and messages by the local cloud. The push is one notification of
Google's that revises steps and a sleep. CPU is measured here and scaled to the memory of \`infra/stages.ts\`; waiting is assumed
(${AWS_CALL_WAIT_MS} ms a call of AWS, ${PROVIDER_CALL_WAIT_MS} ms a call of the provider). The consent, requests that look at syncs,
cold starts, polls of empty queues, the schedule's minute, storage and logs are not in it.

${syncCostTables(events)}
`;
}

const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
const growth = (from: number, to: number): string =>
  `${megabytes(Math.abs(to - from))} MB ${to < from ? 'less' : 'more'}`;
const rateOf = ({ accepted, seconds }: LargeSync): number => accepted / seconds;

function shortfalls(large: LargeSync, again: LargeSync): string {
  const { second, early, late } = large;
  const lines: string[] = [];
  if (rateOf(large) < GOAL_RECORDS_PER_SEC)
    lines.push(`- **Records a second** are below ${thousands(GOAL_RECORDS_PER_SEC)}.`);
  const limit = GOAL_GROWTH_MB * MEGABYTE;
  const plateau = `In the warm process the same records take ${growth(again.early.residentBytes, again.late.residentBytes)}.`;
  if (late.residentBytes - early.residentBytes >= limit)
    lines.push(
      `- **Resident memory** of the cold process grows by ${GOAL_GROWTH_MB} MB or more while the heart rates come. ${plateau}`,
    );
  if (late.residentBytes - second.residentBytes >= limit)
    lines.push(
      `- **Resident memory from the second page of the sync** of the cold process grows by more than ${GOAL_GROWTH_MB} MB. ${plateau}`,
    );
  return lines.length === 0
    ? 'Every goal was reached in this run.'
    : `What falls short:\n\n${lines.join('\n')}`;
}

function largeTable(large: LargeSync, again: LargeSync): string {
  const row = (name: string, value: (sync: LargeSync) => string, goal = ''): readonly string[] => [
    name,
    value(large),
    value(again),
    goal,
  ];
  const { wanted, pageSize } = large;
  const memoryGoal = `less than ${GOAL_GROWTH_MB} MB`;
  const resident = (from: 'early' | 'second') => (sync: LargeSync) =>
    `${growth(sync[from].residentBytes, sync.late.residentBytes)} (${megabytes(sync[from].residentBytes)} MB before)`;
  return table(
    [`${thousands(large.accepted)} records in one sync`, 'cold', 'warm', 'goal'],
    [
      row('from the first page to the end', ({ seconds }) => `${seconds.toFixed(1)} s`),
      row(
        'records a second',
        (sync) => thousands(rateOf(sync)),
        `at least ${thousands(GOAL_RECORDS_PER_SEC)} (reported)`,
      ),
      row(`of the ${thousands(wanted)} heart rates alone`, ({ typeSeconds }) =>
        thousands(wanted / typeSeconds),
      ),
      row('records a second of CPU of the function', ({ accepted, fetchCpuSec }) =>
        thousands(accepted / fetchCpuSec),
      ),
      ...[...large.processors.keys()].map((part) =>
        row(`processor time: ${part}`, ({ processors }) => `${processors.get(part)?.toFixed(1)} s`),
      ),
      row(
        `resident memory of the function's process, heart rate ${thousands(pageSize)} to ${thousands(wanted)}`,
        resident('early'),
        memoryGoal,
      ),
      row('the same from the second page of the sync', resident('second'), memoryGoal),
      row('its heap between the same', ({ second, late }) => growth(second.heapBytes, late.heapBytes)),
      row('its largest resident memory', (sync) => `${megabytes(sync.largestResidentBytes)} MB`),
    ],
  );
}
