import { ListNightsQuery } from '../../../contracts/http/sleep.ts';
import { MAX_NIGHT_RANGE_DAYS } from '../../../contracts/limits.ts';
import { addDays, type LocalDate, parseLocalDate } from '../../../lib/core/instants.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { invalidQuery } from '../../../lib/reads/parse-query.ts';
import { listNights } from '../../../lib/sleep/list-nights.ts';
import { readNight } from '../../../lib/sleep/read-night.ts';
import { withSessionGaps } from '../../../lib/sleep/session-gaps.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag } from '../../_platform/http/tagged-answer.ts';
import { parseMinSeq } from './min-seq.ts';
import type { ReadHealthDeps } from './wiring.ts';

/** The number of Queries of nights is in `Server-Timing`; where somebody slept, sessions take four reads more. */
export const listNightsOperation =
  ({ nights, sessions }: Pick<ReadHealthDeps, 'nights' | 'sessions'>): OperationHandler =>
  async (request) => {
    const query = parseQuery(ListNightsQuery, request);
    const from = parseLocalDate(query.from);
    const to = parseLocalDate(query.to);
    if (from === undefined) throw invalidQuery('from', 'bad_time', 'a date that exists');
    if (to === undefined || to < from) throw invalidQuery('to', 'bad_interval', 'a date, not before from');
    requireNearby('from', from);
    requireNearby('to', to);
    if (to >= addDays(from, MAX_NIGHT_RANGE_DAYS)) {
      throw new AppError('read.range_too_large', `At most ${MAX_NIGHT_RANGE_DAYS} days at a time.`);
    }
    const minSeq = parseMinSeq(request);
    const page = await listNights(nights, request.userScope(), { from, to, wait: query.wait, minSeq });
    const told = await withSessionGaps(sessions, request.userScope(), page.nights);
    return answerWithTag(request, { nights: told, nextCursor: null }, headersOf(page));
  };

export const getNightOperation =
  ({ nights, sessions }: Pick<ReadHealthDeps, 'nights' | 'sessions'>): OperationHandler =>
  async (request) => {
    const date = parseLocalDate(request.pathParameters['date'] ?? '');
    if (date === undefined) throw invalidPath('a date that exists, YYYY-MM-DD');
    requireNearby('date', date);
    const found = await readNight(nights, request.userScope(), date);
    const [night = found.night] = await withSessionGaps(sessions, request.userScope(), [found.night]);
    return answerWithTag(request, night, headersOf(found));
  };

/** Dates around it have four digits of a year too. */
function requireNearby(name: string, date: LocalDate): void {
  if (date >= '0001-02-01' && date <= '9999-11-30') return;
  throw name === 'date'
    ? invalidPath('a date of four digits of a year')
    : invalidQuery(name, 'bad_time', 'a date of four digits of a year');
}

const invalidPath = (message: string): AppError =>
  new AppError('request.invalid', 'The address names no date.', {
    faults: [{ path: '/path/date', code: 'bad_time', message }],
  });

const headersOf = ({ seq, queryCount }: { readonly seq: number; readonly queryCount: number }) => ({
  'x-seq': String(seq),
  'server-timing': `nights;desc="${queryCount} queries"`,
});
