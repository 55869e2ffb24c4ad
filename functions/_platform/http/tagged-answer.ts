import type * as z from 'zod';
import { AppError } from '../../../lib/problems/app-error.ts';
import { entityTagOf, isMatched } from '../../../lib/reads/entity-tag.ts';
import { decodeCursor, encodeCursor } from '../../../lib/reads/page-cursor.ts';
import type { ApiRequest, ApiResponse } from './operation.ts';

/**
 * 200 with its entity tag, or 304 without a body when the caller has it already. With `version` the tag names it
 * first: an If-Match has it from there, whatever else the answer tells.
 */
export function answerWithTag(
  request: ApiRequest,
  answer: unknown,
  headers: Readonly<Record<string, string>> = {},
  version?: number,
): ApiResponse {
  const body = JSON.stringify(answer);
  const etag = version === undefined ? entityTagOf(body) : versionTagOf(version, body);
  return isMatched(request.headers['if-none-match'], etag)
    ? { status: 304, body: undefined, headers: { ...headers, etag } }
    : { status: 200, body, headers: { ...headers, etag } };
}

/** `"<version>.<hash of the body>"`. */
export const versionTagOf = (version: number, body: string): string =>
  `"${version}.${entityTagOf(body).slice(1)}`;

/** The rest of a query that a cursor is good for: all but the page itself, and whose data it is. */
function bindingOf(request: ApiRequest): unknown {
  const { cursor: _cursor, limit: _limit, ...query } = request.query;
  const { workspaceId, userId } = request.userScope();
  return { operation: request.operation, query, workspaceId, userId };
}

/** The position inside the request's cursor; undefined without one; `request.bad_cursor`. */
export function readCursor<Position extends z.ZodType>(
  request: ApiRequest,
  position: Position,
): z.output<Position> | undefined {
  const { cursor } = request.query;
  if (cursor === undefined) return undefined;
  const decoded = decodeCursor(cursor, bindingOf(request));
  const parsed = decoded.ok ? position.safeParse(decoded.value) : undefined;
  if (parsed?.success !== true) {
    throw new AppError('request.bad_cursor', 'Take nextCursor of the page before, for the same query.');
  }
  return parsed.data;
}

export const writeCursor = (request: ApiRequest, position: unknown): string | null =>
  position === undefined ? null : encodeCursor(position, bindingOf(request));
