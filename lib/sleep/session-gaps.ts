import type { Night } from '../../contracts/http/sleep.ts';
import { DAY_MS, type EpochMs, fromIso, HOUR_MS } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';

/** How long before falling asleep a session begins at most, to be told of with a night. */
const MAX_REACH_MS = 7 * DAY_MS;

export interface EndedSession {
  readonly startedAtMs: EpochMs;
  readonly endedAtMs: EpochMs;
}

/** Sessions of the user (lib/impact), as they are now. */
export interface EndedSessions {
  /** Those that ended, and began in [fromMs, toMs]; undefined: they cannot be told whole just now. */
  list(
    scope: UserScope,
    range: { readonly fromMs: EpochMs; readonly toMs: EpochMs },
  ): Promise<readonly EndedSession[] | undefined>;
}

/**
 * The nights with the hours from the end of the last session before each to falling asleep (SLP13): 0 when it went on
 * until then, null when there was none in seven days. It is looked up when a night is read, because sessions change
 * without it; one listing for all nights, and none where nobody slept.
 */
export async function withSessionGaps<Each extends Pick<Night, 'sleepStart' | 'hoursSinceSession'>>(
  sessions: EndedSessions,
  scope: UserScope,
  nights: readonly Each[],
): Promise<Each[]> {
  const starts = nights.flatMap(({ sleepStart }) => fromIso(sleepStart ?? '') ?? []).sort((a, b) => a - b);
  const [fromMs] = starts;
  const toMs = starts.at(-1);
  if (fromMs === undefined || toMs === undefined) return [...nights];
  const listed = await sessions.list(scope, { fromMs: (fromMs - MAX_REACH_MS) as EpochMs, toMs });
  if (listed === undefined) return [...nights];
  return nights.map((night) => {
    const sleepMs = fromIso(night.sleepStart ?? '');
    return { ...night, hoursSinceSession: sleepMs === undefined ? null : hoursSince(sleepMs, listed) };
  });
}

/** Two decimals. */
function hoursSince(sleepMs: number, sessions: readonly EndedSession[]): number | null {
  const endMs = sessions
    .filter(({ startedAtMs }) => startedAtMs <= sleepMs && startedAtMs >= sleepMs - MAX_REACH_MS)
    .reduce((last, { endedAtMs }) => Math.max(last, endedAtMs), Number.NEGATIVE_INFINITY);
  if (endMs === Number.NEGATIVE_INFINITY) return null;
  return Math.round((Math.max(0, sleepMs - endMs) / HOUR_MS) * 100) / 100;
}
