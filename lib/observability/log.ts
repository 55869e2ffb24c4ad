/**
 * The log catalogue: every line that may be written, its level and the fields it may carry. Anything else
 * is dropped by `redact`, so a token, a body or a health value cannot reach a log by accident.
 * ERROR means that a person must look; there is no warning level.
 */
const FAULT = ['errorName', 'errorCode', 'errorCauses', 'errorFrames'] as const;

export const LOG_CATALOG = {
  HTTP_REQUEST_COMPLETED: {
    level: 'info',
    fields: [
      'requestId',
      'correlationId',
      'operation',
      'principalKind',
      'workspaceId',
      'status',
      'code',
      'durationMs',
      'requestBytes',
    ],
  },
  HTTP_REQUEST_FAILED: { level: 'error', fields: ['requestId', 'correlationId', 'operation', ...FAULT] },
  ACCESS_KEY_USE_UNRECORDED: { level: 'error', fields: FAULT },
  ACCESS_RATE_STORE_FAILED: { level: 'error', fields: FAULT },
  QUEUE_BATCH_COMPLETED: {
    level: 'info',
    fields: ['messageCount', 'failedCount', 'unreadableCount', 'durationMs'],
  },
  QUEUE_MESSAGE_UNREADABLE: { level: 'error', fields: ['messageId', 'reason'] },
  QUEUE_BATCH_FAILED: { level: 'error', fields: ['messageCount', ...FAULT] },
  QUEUE_MESSAGE_FAILED: { level: 'error', fields: ['messageId', 'correlationId', 'receiveCount', ...FAULT] },
  PUSH_APPLIED: {
    level: 'info',
    fields: [
      'correlationId',
      'provider',
      'itemCount',
      'connectionCount',
      'entryCount',
      'unknownUserCount',
      'ignoredCount',
      'unreadableCount',
      'keptAs',
    ],
  },
  STREAM_BATCH_COMPLETED: { level: 'info', fields: ['recordCount', 'lowestFailed', 'durationMs'] },
  STREAM_BATCH_FAILED: { level: 'error', fields: ['recordCount', ...FAULT] },
  STREAM_RECORD_POISON: { level: 'error', fields: ['sequenceNumber', 'reason'] },
  RELAY_ENTRIES_PUBLISHED: {
    level: 'info',
    fields: ['publishedCount', 'failedCount', 'expiryCount', 'skippedCount', 'poisonCount'],
  },
  WORKFLOW_STEP_COMPLETED: { level: 'info', fields: ['correlationId', 'step', 'outcome', 'durationMs'] },
  WORKFLOW_STEP_RETRIED: { level: 'info', fields: ['correlationId', 'step', ...FAULT] },
  WORKFLOW_STEP_FAILED: { level: 'error', fields: ['correlationId', 'step', ...FAULT] },
  SYNC_TYPE_FAILED: { level: 'error', fields: ['correlationId', 'provider', 'dataType', ...FAULT] },
  SYNC_WAITS: { level: 'info', fields: ['correlationId', 'provider', 'reason', 'waitSec'] },
  CONNECTION_NEEDS_REAUTH: { level: 'info', fields: ['correlationId', 'provider', 'reason'] },
  SCHEDULE_COMPLETED: { level: 'info', fields: ['dueCount', 'durationMs'] },
  SCHEDULE_FAILED: { level: 'error', fields: ['durationMs', ...FAULT] },
  HEALTH_PART_UNAVAILABLE: { level: 'error', fields: ['part', ...FAULT] },
} as const satisfies Record<string, LogDefinition>;

interface LogDefinition {
  readonly level: 'info' | 'error';
  readonly fields: readonly string[];
}

export type LogCode = keyof typeof LOG_CATALOG;
export type LogValue = string | number | boolean | undefined;
export type LogFields<Code extends LogCode> = {
  readonly [Field in (typeof LOG_CATALOG)[Code]['fields'][number]]?: LogValue;
};

/** Where lines go. Never throws, never waits. */
export interface Log {
  write<Code extends LogCode>(code: Code, fields: LogFields<Code>): void;
}

/** For tests and tools that have no use for lines. */
export const silentLog: Log = { write: () => undefined };

/** Longest text of one field: a stack of eight frames fits. */
const MAX_FIELD_CHARS = 1_000;

/**
 * The fields of `code` that are listed in the catalogue, as plain values; texts are cut at 1,000
 * characters, objects and unlisted names are dropped.
 */
export function redact(code: LogCode, fields: Readonly<Record<string, unknown>>): Record<string, LogValue> {
  const kept: Record<string, LogValue> = {};
  for (const name of LOG_CATALOG[code].fields) {
    const value = fields[name];
    if (typeof value === 'string') kept[name] = value.slice(0, MAX_FIELD_CHARS);
    else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
  }
  return kept;
}

/**
 * What may be said of an unknown fault: names, codes and places, never its message, because messages of
 * parsers and of services quote what they were given.
 */
export function describeFault(error: unknown): {
  readonly errorName: string;
  readonly errorCode: string | undefined;
  readonly errorCauses: string | undefined;
  readonly errorFrames: string | undefined;
} {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause instanceof Error && causes.length < 5) {
    causes.push(cause.name);
    cause = cause.cause;
  }
  return {
    errorName: error instanceof Error ? error.name : typeof error,
    errorCode: codeOf(error),
    errorCauses: causes.length === 0 ? undefined : causes.join(' < '),
    errorFrames: framesOf(error),
  };
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Lines of the stack that name a place; the first lines hold the message and are left out. */
function framesOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0
    ? undefined
    : frames
        .slice(0, 8)
        .map((line) => line.trim())
        .join(' | ');
}
