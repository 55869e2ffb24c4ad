/**
 * The closed list of error codes. `retry`: never (the same request fails again), later (an outage),
 * after (the answer carries Retry-After). Codes are stable; callers switch on them, not on texts.
 */
interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  readonly retry: 'never' | 'later' | 'after';
}

export const PROBLEMS = {
  'request.malformed_json': { status: 400, title: 'The body is not JSON', retry: 'never' },
  'request.invalid': { status: 400, title: 'The request does not have the documented shape', retry: 'never' },
  'request.body_required': { status: 400, title: 'The request needs a body', retry: 'never' },
  'request.bad_encoding': { status: 400, title: 'The body cannot be decompressed', retry: 'never' },
  'request.unsupported_encoding': { status: 415, title: 'Only gzip and identity are taken', retry: 'never' },
  'request.unsupported_media_type': { status: 415, title: 'Only application/json is taken', retry: 'never' },
  'request.too_large': { status: 413, title: 'The body is larger than the limit', retry: 'never' },
  'request.too_many_items': {
    status: 413,
    title: 'More samples and deletions than one request may carry',
    retry: 'never',
  },
  'request.not_found': { status: 404, title: 'There is no such route', retry: 'never' },
  'request.rate_limited': { status: 429, title: 'Too many requests', retry: 'after' },
  'request.bad_cursor': {
    status: 400,
    title: 'The cursor is not one of ours, or of another query',
    retry: 'never',
  },

  'auth.missing': { status: 401, title: 'No credentials', retry: 'never' },
  'auth.invalid': { status: 401, title: 'The credentials are not valid', retry: 'never' },
  'auth.expired': { status: 401, title: 'The credentials have expired', retry: 'never' },
  'auth.forbidden': { status: 403, title: 'The credentials lack the scope', retry: 'never' },

  'user.not_found': { status: 404, title: 'There is no such user', retry: 'never' },
  'user.conflict': { status: 409, title: 'The user changed meanwhile', retry: 'later' },
  'key.not_found': { status: 404, title: 'There is no such API key', retry: 'never' },
  'key.revoked': { status: 409, title: 'The API key is revoked or has expired', retry: 'never' },
  'key.limit_reached': {
    status: 409,
    title: 'The workspace has its largest number of API keys',
    retry: 'never',
  },
  'key.last_admin': { status: 409, title: 'No other API key could manage keys', retry: 'never' },
  'issuer.not_found': { status: 404, title: 'There is no such issuer', retry: 'never' },
  'issuer.taken': { status: 409, title: 'The issuer and audience are registered already', retry: 'never' },
  'issuer.limit_reached': {
    status: 409,
    title: 'The workspace has its largest number of issuers',
    retry: 'never',
  },
  'issuer.unusable': { status: 422, title: 'The issuer cannot be used', retry: 'never' },

  'ingest.hash_mismatch': {
    status: 400,
    title: 'payloadHash is not the hash of the payload',
    retry: 'never',
  },
  'ingest.unknown_source': {
    status: 400,
    title: 'A sample names a source that the request does not declare',
    retry: 'never',
  },
  'ingest.payload_conflict': {
    status: 422,
    title: 'The request id was used with another payload',
    retry: 'never',
  },
  'ingest.upload_disabled': { status: 403, title: 'The user has switched uploads off', retry: 'never' },
  'ingest.upload_not_found': {
    status: 404,
    title: 'There is no such upload, or its file is not there',
    retry: 'never',
  },
  'ingest.contention': { status: 503, title: 'Too many writers at once', retry: 'after' },

  'read.metric_unknown': { status: 400, title: 'There is no such metric', retry: 'never' },
  'read.metric_not_rolled_up': {
    status: 400,
    title: 'The metric has samples only, no rollups and no buckets',
    retry: 'never',
  },
  'read.metric_blocked': { status: 403, title: 'The user has blocked the metric', retry: 'never' },
  'read.range_too_large': { status: 400, title: 'The range is longer than the limit', retry: 'never' },

  'workout.not_manual': {
    status: 409,
    title: 'The workout is not one that was entered by hand',
    retry: 'never',
  },
  'workout.not_found': { status: 404, title: 'There is no such workout', retry: 'never' },
  'workout.track_not_found': { status: 404, title: 'The workout has no track', retry: 'never' },
  'activity.import_not_found': { status: 404, title: 'There is no such import of a file', retry: 'never' },
  'workout.group_not_found': { status: 404, title: 'There is no such group of workouts', retry: 'never' },
  'workout.too_many_decisions': {
    status: 409,
    title: 'The user has decided about as many groups as we keep',
    retry: 'never',
  },

  'changes.gone': { status: 410, title: 'The changes asked for are past the horizon', retry: 'never' },

  'provider.unknown': { status: 404, title: 'There is no such provider', retry: 'never' },
  'provider.not_configured': {
    status: 409,
    title: 'The deployment has no application at this provider',
    retry: 'never',
  },
  'provider.unavailable': { status: 503, title: 'The provider is not answering', retry: 'after' },
  'provider.refused': { status: 502, title: 'The provider refused the request', retry: 'never' },
  'oauth.state_invalid': {
    status: 400,
    title: 'The state is unknown, used, expired or of another provider',
    retry: 'never',
  },
  'oauth.ticket_invalid': {
    status: 400,
    title: 'The ticket is unknown, used, expired or of another provider',
    retry: 'never',
  },
  'oauth.denied': { status: 403, title: 'The person did not consent', retry: 'never' },
  'oauth.code_refused': { status: 400, title: 'The provider did not take the code', retry: 'never' },
  'oauth.scope_missing': {
    status: 403,
    title: 'None of the scopes that data needs was granted',
    retry: 'never',
  },
  'oauth.redirect_not_allowed': {
    status: 400,
    title: 'The redirect address is not on the workspace\u2019s list',
    retry: 'never',
  },
  'connection.not_found': { status: 404, title: 'There is no such connection', retry: 'never' },
  'connection.needs_reauth': {
    status: 409,
    title: 'The person has to consent again first',
    retry: 'never',
  },
  'connection.disconnected': { status: 409, title: 'The connection has ended', retry: 'never' },
  'connection.limit_reached': {
    status: 409,
    title: 'The user has the largest number of connections',
    retry: 'never',
  },
  'sync.not_found': { status: 404, title: 'There is no such sync', retry: 'never' },
  'backfill.range_invalid': {
    status: 400,
    title: 'The range is empty, in the future or further back than the provider goes',
    retry: 'never',
  },
  'backfill.type_unknown': { status: 400, title: 'The provider has no such data type', retry: 'never' },
  'push.signature_invalid': { status: 401, title: 'The signature is missing or wrong', retry: 'never' },
  'push.stale': { status: 401, title: 'The timestamp is too far from now', retry: 'never' },
  'push.unverifiable': { status: 503, title: 'The signature cannot be checked now', retry: 'after' },
  'push.malformed': { status: 400, title: 'The notification cannot be read', retry: 'never' },

  'sync.user_required': {
    status: 400,
    title: 'With an API key the header X-Headwater-User names the user',
    retry: 'never',
  },
  'sync.protocol_unsupported': {
    status: 400,
    title: 'The version of the sync protocol is none that the server takes',
    retry: 'never',
  },
  'sync.unknown_entity_type': { status: 400, title: 'There is no such entity type', retry: 'never' },
  'sync.payload_conflict': {
    status: 422,
    title: 'The operation id was used with another payload',
    retry: 'never',
  },
  'sync.operation_running': { status: 409, title: 'The operation is being worked on', retry: 'after' },
  'sync.operation_expired': {
    status: 410,
    title: 'A change is older than the horizon: pull, and push it anew',
    retry: 'never',
  },
  'sync.resync_required': {
    status: 410,
    title: 'The cursor is of another log, filter or horizon: start from a snapshot',
    retry: 'never',
  },
  'sync.contention': { status: 503, title: 'Too many writers at once', retry: 'after' },
  'sync.lease_refused': { status: 429, title: 'The lease is unknown, spent or over', retry: 'after' },
  'sync.conflict_not_found': { status: 404, title: 'There is no such conflict', retry: 'never' },
  'entity.not_found': { status: 404, title: 'There is no such row', retry: 'never' },
  'entity.changed': { status: 412, title: 'The row is not the one that If-Match names', retry: 'never' },
  'entity.exists': { status: 412, title: 'A row of this id is there already', retry: 'never' },
  'entity.invalid': { status: 422, title: 'The row cannot be taken', retry: 'never' },
  'entity.conflict': { status: 409, title: 'The row cannot be taken as things are', retry: 'never' },

  'rebuild.not_found': { status: 404, title: 'There is no such rebuild', retry: 'never' },
  'rebuild.limit_reached': {
    status: 409,
    title: 'The workspace has as many rebuilds at work as it may',
    retry: 'later',
  },
  'rebuild.request_conflict': {
    status: 422,
    title: 'The request id was used for another rebuild',
    retry: 'never',
  },

  'server.unavailable': { status: 503, title: 'A part is not answering', retry: 'after' },
  'server.internal': { status: 500, title: 'Something failed on our side', retry: 'later' },
} as const satisfies Record<string, ProblemDefinition>;

/** `type` of a problem body is this and the code: the place in the API docs that explains it. */
export const PROBLEM_TYPE_PREFIX = '/docs#';

export type ProblemCode = keyof typeof PROBLEMS;

/** Why one sample of an otherwise good request was refused (ING7). */
export const REFUSAL_REASONS = [
  'unknown_metric',
  'unknown_unit',
  'wrong_type',
  'out_of_bounds',
  'bad_interval',
  'bad_time',
  'start_out_of_range',
  'category_unknown',
  'zone_required',
  'privacy_blocked',
  'duplicate_in_batch',
  'identity_required',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];
