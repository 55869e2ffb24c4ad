import * as z from './wire-shape.ts';

/**
 * What this client reads of the server's answers. Objects are loose: fields of later versions pass unseen, and
 * data is kept as it came.
 */
const Data = z.record(z.string(), z.unknown());
const Version = z.int();

const Row = z.object({
  id: z.string(),
  version: Version,
  deleted: z.boolean(),
  data: z.nullable(Data),
  updatedAt: z.string(),
});
export type WireRow = z.infer<typeof Row>;

const named = {
  requestId: z.string(),
  entityType: z.string(),
  id: z.string(),
  clientId: z.optional(z.string()),
};
export const PushAnswer = z.object({
  operationId: z.string(),
  seq: z.int(),
  successful: z.array(z.object({ ...named, version: Version })),
  conflicts: z.array(
    z.object({
      ...named,
      conflictId: z.string(),
      outcome: z.string(),
      version: Version,
      server: z.nullish(Row),
    }),
  ),
  failed: z.array(
    z.object({ requestId: z.string(), code: z.string(), message: z.string(), retryable: z.boolean() }),
  ),
});
export type PushAnswer = z.infer<typeof PushAnswer>;

export const ChangesAnswer = z.object({
  changes: z.array(
    z.object({
      entityType: z.string(),
      id: z.string(),
      op: z.string(),
      version: Version,
      data: z.nullish(Data),
      updatedAt: z.string(),
    }),
  ),
  cursor: z.string(),
  hasMore: z.boolean(),
});
export type ChangesAnswer = z.infer<typeof ChangesAnswer>;

export const SnapshotAnswer = z.object({
  rows: z.array(
    z.object({ entityType: z.string(), id: z.string(), version: Version, data: Data, updatedAt: z.string() }),
  ),
  cursor: z.nullish(z.string()),
  hasMore: z.boolean(),
  thenCursor: z.string(),
  progress: z.optional(z.object({ rowsTotal: z.int() })),
});
export type SnapshotAnswer = z.infer<typeof SnapshotAnswer>;

export const DigestAnswer = z.object({
  seq: z.int(),
  types: z.record(z.string(), z.object({ count: z.int(), hash: z.string() })),
});

export const OpenConflicts = z.object({
  conflicts: z.array(z.object({ conflictId: z.string() })),
  nextCursor: z.nullish(z.string()),
});

export const ResolveAnswer = z.object({
  resolved: z.array(z.object({ conflictId: z.string(), version: Version })),
  failed: z.array(z.object({ conflictId: z.string(), code: z.string(), retryable: z.boolean() })),
});

export const Problem = z.object({ code: z.string() });
