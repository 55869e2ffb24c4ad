import type { ImpactDeps } from '../../../lib/impact/impact-deps.ts';
import { listSessions } from '../../../lib/impact/list-sessions.ts';
import { isCounted } from '../../../lib/impact/session-window.ts';
import type { EndedSessions } from '../../../lib/sleep/session-gaps.ts';

/** Of 99 days: ten sessions a day. With more, nights are told without them. */
const MAX_SESSION_COUNT = 1_000;

/** What nights need of sessions, by the rules of impact. */
export const endedSessions = (impact: Pick<ImpactDeps, 'directory' | 'synced' | 'clock'>): EndedSessions => ({
  list: async (scope, range) => {
    const found = await listSessions(impact, scope, { ...range, limit: MAX_SESSION_COUNT });
    return found.isMore || found.isBehind ? undefined : found.sessions.filter(isCounted);
  },
});
