import { ListRebuildsQuery, StartRebuildRequest } from '../../../contracts/http/rebuilds.ts';
import { RebuildId, type WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { definedFields } from '../../../lib/core/defined-fields.ts';
import type { LocalDate } from '../../../lib/core/instants.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { loadLivingHead } from '../../../lib/projections/edit-priorities.ts';
import { decodeCursor, encodeCursor } from '../../../lib/reads/page-cursor.ts';
import { loadRebuild, type StartRebuildDeps, startRebuild } from '../../../lib/rebuilds/start-rebuild.ts';
import { toRebuildAnswer } from '../../../lib/rebuilds/to-answer.ts';
import type { HeadStore } from '../../../lib/samples/head-store.ts';
import type { OperationHandlers } from '../../_platform/http/operation.ts';
import { parseJsonBody, parseQuery } from '../../_platform/http/parse-json-body.ts';

export interface ManageRebuildsDependencies extends StartRebuildDeps {
  readonly heads: Pick<HeadStore, 'load'>;
}

export const rebuildOperations = (deps: ManageRebuildsDependencies): OperationHandlers => ({
  startRebuild: async (request) => {
    const { requestId, from, to, ...what } = parseJsonBody(StartRebuildRequest, request);
    const { workspaceId } = request.principal;
    if (what.userId !== undefined) await loadLivingHead(deps.heads, { workspaceId, userId: what.userId });
    const plan = definedFields({
      ...what,
      from: from as LocalDate | undefined,
      to: to as LocalDate | undefined,
    });
    const job = await startRebuild(deps, {
      workspaceId,
      plan,
      ...(requestId === undefined ? {} : { requestKey: requestId }),
    });
    return { status: 202, body: toRebuildAnswer(job) };
  },
  listRebuilds: async (request) => {
    const { limit, cursor } = parseQuery(ListRebuildsQuery, request);
    const { workspaceId } = request.principal;
    const before = cursor === undefined ? undefined : positionOf(cursor, workspaceId);
    const found = await deps.rebuilds.list(workspaceId, { before, limit: limit + 1 });
    const rebuilds = found.slice(0, limit);
    const last = rebuilds.at(-1);
    const isMore = found.length > limit && last !== undefined;
    const nextCursor = isMore ? encodeCursor(last.rebuildId, bindingOf(workspaceId)) : null;
    return { status: 200, body: { rebuilds: rebuilds.map(toRebuildAnswer), nextCursor } };
  },
  getRebuild: async ({ principal: { workspaceId }, pathParameters }) => {
    const rebuildId = RebuildId.safeParse(pathParameters['rebuildId']);
    if (!rebuildId.success) throw new AppError('rebuild.not_found', 'There is no rebuild by this id.');
    return { status: 200, body: toRebuildAnswer(await loadRebuild(deps, workspaceId, rebuildId.data)) };
  },
});

const bindingOf = (workspaceId: WorkspaceId) => ({ operation: 'listRebuilds', workspaceId });

function positionOf(cursor: string, workspaceId: WorkspaceId): RebuildId {
  const position = decodeCursor(cursor, bindingOf(workspaceId));
  const rebuildId = RebuildId.safeParse(position.ok ? position.value : undefined);
  if (!rebuildId.success)
    throw new AppError('request.bad_cursor', 'The cursor is not one of ours, or of another query.');
  return rebuildId.data;
}
