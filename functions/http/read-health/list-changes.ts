import { ListChangesQuery } from '../../../contracts/http/changes.ts';
import { readChanges } from '../../../lib/outbox/read-changes.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { toChange } from '../../../lib/reads/change-answer.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag } from '../../_platform/http/tagged-answer.ts';
import type { ReadHealthDeps } from './wiring.ts';

export const listChangesOperation =
  ({ heads, settings }: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const query = parseQuery(ListChangesQuery, request);
    const page = await readChanges({ feed: heads, heads, clock: settings.clock }, request.userScope(), query);
    if (page.kind === 'no_user') throw new AppError('user.not_found', 'There is no user by this id.');
    if (page.kind === 'gone') {
      throw new AppError('changes.gone', `Load everything anew, then go on with since=${page.resumeSince}.`);
    }
    return answerWithTag(request, {
      changes: page.changes.map(toChange),
      nextSince: page.nextSince,
      hasMore: page.changes.length === query.limit,
    });
  };
