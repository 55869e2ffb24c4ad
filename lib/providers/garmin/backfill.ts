import { MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import type { DataType, FetchContext } from '../definition.ts';
import { ProviderFault, type TimeWindow } from '../model.ts';

/** How long pushes are waited for after a request; Garmin names no bound, and later ones are taken as well. */
const REQUEST_DEADLINE_MS = 5 * MINUTE_MS;

/**
 * Garmin forbids polling: the only way to ask is a backfill, which sends the window as ordinary
 * notifications. `path` is the backfill's name of the type, which is not always that of its notifications.
 */
export const byBackfill = (path: string): DataType['source'] => ({
  kind: 'request',
  request: (context, window) => requestBackfill(context, path, window),
  deadlineMs: REQUEST_DEADLINE_MS,
});

/**
 * 409 is a window that was asked for before: its data came or is on the way. 403 and 412 lack the person's
 * permission for past data, 400 lies before what Garmin gives to this application. Throws ProviderFault
 * for the rest. Both ends are rounded down: windows in a row still meet, and 30 days are never a second more.
 */
async function requestBackfill(
  { http }: FetchContext,
  path: string,
  window: TimeWindow,
): Promise<'requested' | 'already_requested' | 'not_permitted'> {
  try {
    await http.send({
      origin: 'api',
      path: `/wellness-api/rest/backfill/${path}`,
      query: {
        // Both cut down: a window of 30 days is not to become a second more, which Garmin refuses.
        summaryStartTimeInSeconds: Math.floor(window.fromMs / SECOND_MS),
        summaryEndTimeInSeconds: Math.floor(window.toMs / SECOND_MS),
      },
    });
    return 'requested';
  } catch (error) {
    if (!(error instanceof ProviderFault)) throw error;
    if (error.status === 409) return 'already_requested';
    if (error.status === 403 || error.status === 412) return 'not_permitted';
    if (error.reason === 'before_minimum_start') return 'not_permitted';
    throw error;
  }
}
