import type { ProblemCode, RefusalReason } from '../problems/catalog.ts';

/** What becomes of one kind of bad input: the request is refused, or one sample of it. */
export interface BadInput {
  readonly input: string;
  readonly outcome:
    | { readonly kind: 'problem'; readonly code: ProblemCode }
    | { readonly kind: 'refused'; readonly reason: RefusalReason }
    | { readonly kind: 'answer'; readonly status: number; readonly meaning: string };
}

const problem = (input: string, code: ProblemCode): BadInput => ({
  input,
  outcome: { kind: 'problem', code },
});
const refused = (input: string, reason: RefusalReason): BadInput => ({
  input,
  outcome: { kind: 'refused', reason },
});
const answer = (input: string, status: number, meaning: string): BadInput => ({
  input,
  outcome: { kind: 'answer', status, meaning },
});

const BODIES: readonly BadInput[] = [
  problem(
    'Malformed JSON, or text that is not UTF-8; NaN and Infinity are not JSON',
    'request.malformed_json',
  ),
  problem('No body where one is needed', 'request.body_required'),
  problem('A wrong type or a missing field of a body or a query', 'request.invalid'),
  problem('An unknown field of a body; in a batch-upsert it is left alone', 'request.invalid'),
  problem('A Content-Type other than application/json', 'request.unsupported_media_type'),
  problem('A Content-Encoding other than gzip or identity', 'request.unsupported_encoding'),
  problem('A body that says it is gzip and is not', 'request.bad_encoding'),
  problem('More than 4,000,000 bytes on the wire; 5,000,000 of a push as plain JSON', 'request.too_large'),
  problem('An upload of more than 50,000,000 bytes, before or after decompression', 'request.too_large'),
  problem('More than 5,000,000 bytes after decompression, a gzip bomb included', 'request.too_large'),
];

const BATCHES: readonly BadInput[] = [
  answer('501 to 10,000 samples and deletions, or more than 1 MB', 202, 'queued'),
  problem('10,001 samples and deletions or more; 100,001 in an upload', 'request.too_many_items'),
  problem('More than 50 sources, or a request id that is not 1 to 128 printable ASCII', 'request.invalid'),
  problem('A sample or deletion whose source key the request does not declare', 'ingest.unknown_source'),
  problem('A payloadHash that is not the hash of the payload', 'ingest.hash_mismatch'),
  answer('A request id used before, same payload', 200, 'the stored answer, byte for byte (200 or 207)'),
  answer('A request id that is still queued, same payload', 202, 'queued'),
  problem('A request id used before or still queued, other payload', 'ingest.payload_conflict'),
  problem("The user's uploads are switched off", 'ingest.upload_disabled'),
  problem('An upload that does not exist, or whose file is not there', 'ingest.upload_not_found'),
];

const SAMPLES: readonly BadInput[] = [
  refused('An unknown metric, or one that is a record and no sample', 'unknown_metric'),
  refused('A unit that the metric does not take', 'unknown_unit'),
  refused('A text, null or nothing where a number belongs; an overlong record id', 'wrong_type'),
  refused('A value outside the bounds of the metric, huge numbers included', 'out_of_bounds'),
  refused('An end before the start, or a sample longer than the metric allows', 'bad_interval'),
  refused('A date that does not exist, a time that is not ISO 8601', 'bad_time'),
  refused('A start before 2000-01-01 or more than a day ahead', 'start_out_of_range'),
  refused('A category that the metric does not have', 'category_unknown'),
  refused('No offset in the sample (Z is none) and no zone of the user', 'zone_required'),
  refused('A metric that the user has blocked', 'privacy_blocked'),
  refused('The same sample twice in a request', 'duplicate_in_batch'),
  refused('A deletion without identity', 'identity_required'),
];

const CALLERS: readonly BadInput[] = [
  problem('No Authorization header, or one that is not Bearer', 'auth.missing'),
  problem('A forged token, an unknown or a revoked key', 'auth.invalid'),
  problem('An expired key or token', 'auth.expired'),
  problem('A key without the scope of the operation', 'auth.forbidden'),
  problem("Another workspace's user, another user than the token's, or none", 'user.not_found'),
  problem('More requests a minute than the principal has', 'request.rate_limited'),
  problem('A path or method that is not listed here', 'request.not_found'),
];

const READS: readonly BadInput[] = [
  problem('An unknown metric in a query', 'read.metric_unknown'),
  problem('Rollups or buckets of a metric that has none, such as sleep_stage', 'read.metric_not_rolled_up'),
  problem('A metric that the user has blocked', 'read.metric_blocked'),
  problem('A to before its from, a date that does not exist', 'request.invalid'),
  problem('A range above the limit', 'read.range_too_large'),
  problem('A cursor that is not ours, or of another query', 'request.bad_cursor'),
  problem('Changes from before the horizon of 90 days', 'changes.gone'),
];

const CONNECTIONS: readonly BadInput[] = [
  problem('A provider that is not among GET /v1/providers', 'provider.unknown'),
  problem('A provider at which the deployment has no application', 'provider.not_configured'),
  problem('A redirectUri that is not on the list, or differs in one character', 'oauth.redirect_not_allowed'),
  problem('A ticket used before, older than 60 s, or of another provider', 'oauth.ticket_invalid'),
  problem(
    'A state used before, older than 10 minutes, made up, or of another provider',
    'oauth.state_invalid',
  ),
  problem('The person declines at the provider', 'oauth.denied'),
  problem('The person grants nothing that data could be read with', 'oauth.scope_missing'),
  problem('A code used before, or expired', 'oauth.code_refused'),
  problem("Another user's connection, or none", 'connection.not_found'),
  problem('A sync of a connection whose person has to consent again', 'connection.needs_reauth'),
  problem('A sync of a connection that has ended', 'connection.disconnected'),
  problem(
    'A backfill that is empty, in the future or further back than the provider goes',
    'backfill.range_invalid',
  ),
  problem('A backfill of a type that the provider does not have', 'backfill.type_unknown'),
  problem('A push without a signature, with a wrong one, or changed on the way', 'push.signature_invalid'),
  problem('A push whose timestamp is too far from now', 'push.stale'),
];

/** One change of a push, which then says this of that change alone; of a plain resource `entity.invalid` names it. */
const failed = (input: string, code: string, isRetryable = false): BadInput =>
  answer(input, 207, `${code} under \`failed\`${isRetryable ? ', may be sent again' : ''}`);

const DEVICES: readonly BadInput[] = [
  problem('A push without changes, or of 1,001; a change that is no object of that form', 'request.invalid'),
  problem('No user named with an API key', 'sync.user_required'),
  problem('A version of the protocol that the server does not take', 'sync.protocol_unsupported'),
  problem('An operation id used before, other changes', 'sync.payload_conflict'),
  answer('An operation id used before, same changes', 200, 'the stored answer, byte for byte (200 or 207)'),
  problem('An operation that another request is working on', 'sync.operation_running'),
  problem('An operation whose newest change is older than 90 days by its clock', 'sync.operation_expired'),
  problem('A cursor that is damaged', 'request.bad_cursor'),
  problem(
    'A cursor of another user, another filter, another log, or from before the horizon',
    'sync.resync_required',
  ),
  problem('An unknown entity type in a query', 'sync.unknown_entity_type'),
  problem('A lease that there is not, or that is used up', 'sync.lease_refused'),
  answer('A conflict that there is not', 207, 'sync.conflict_not_found under `failed`'),
];

const DEVICE_CHANGES: readonly BadInput[] = [
  failed('An unknown entity type', 'sync.unknown_entity_type'),
  failed('An id that is no UUID and no name of up to 128 printable characters', 'sync.invalid_id'),
  failed('A clock that is not of the form', 'sync.invalid_clock'),
  answer('A clock that is years off', 200, 'taken; what is more than 5 minutes ahead counts as now'),
  failed('An unknown field', 'sync.unknown_field'),
  failed(
    'A value that the schema of its field does not take, or a required field missing',
    'sync.invalid_data',
  ),
  failed('A row above 64 KB', 'sync.row_too_large'),
  failed('A request id that an earlier change of the push has', 'sync.duplicate_request'),
  failed('A base version above that of the row', 'sync.base_from_future'),
  failed('A plain number for a counter that others have moved', 'sync.delta_required'),
  failed('A change or deletion of a row that is only ever made', 'sync.append_only'),
  failed('An update of a row that is not there, where the type refuses that', 'sync.row_missing', true),
  failed("A reference to no row, or to another user's", 'sync.reference_missing', true),
  failed('A mandatory reference to a deleted row', 'sync.reference_deleted'),
  failed('References in a circle', 'sync.reference_cycle'),
  failed('A deletion of a row that others need', 'sync.delete_restricted', true),
  failed('A change that lost to other writers again and again', 'sync.contention', true),
];

const PLAIN_RESOURCES: readonly BadInput[] = [
  problem('An entity type that there is not', 'request.not_found'),
  problem('A row that is not there or deleted', 'entity.not_found'),
  problem('An If-Match that is not the row as it is', 'entity.changed'),
  problem('If-None-Match: * of a row that is there', 'entity.exists'),
  problem('An unknown field, a wrong value, a row that is too large', 'entity.invalid'),
  problem('A reference to no row, a deletion of a row that others need', 'entity.conflict'),
  problem('An Idempotency-Key used before, other body', 'sync.payload_conflict'),
];

/** Every kind of bad input with its outcome. In all of them nothing stored changes but by what was accepted. */
export const BAD_INPUTS: readonly { readonly title: string; readonly rows: readonly BadInput[] }[] = [
  { title: 'Bodies', rows: BODIES },
  { title: 'Batches', rows: BATCHES },
  { title: 'Samples and deletions', rows: SAMPLES },
  { title: 'Callers', rows: CALLERS },
  { title: 'Reads', rows: READS },
  { title: 'Connections', rows: CONNECTIONS },
  { title: 'Device sync', rows: DEVICES },
  { title: 'Changes of a push', rows: DEVICE_CHANGES },
  { title: 'Entities', rows: PLAIN_RESOURCES },
];

/**
 * Answers that API Gateway gives before any code of ours runs: their bodies are `{"message"}`, not problem
 * bodies (AWS, "Quotas for configuring and running an HTTP API": 10 MB of payload, 10,240 bytes of headers,
 * 30 s; AWS Lambda quotas: 6 MB of request, base64 included).
 */
export const GATEWAY_ANSWERS: readonly {
  readonly status: string;
  readonly when: string;
  readonly advice: string;
}[] = [
  {
    status: '413',
    when: 'The body is above 10 MB, or above what a function takes (6 MB, base64 included)',
    advice: 'Send less, or use an upload.',
  },
  { status: '431', when: 'The header lines together are above 10,240 bytes', advice: 'Send fewer headers.' },
  {
    status: '429',
    when: 'The account or the stage is throttled',
    advice: 'Wait and repeat; repeats are safe.',
  },
  {
    status: '503',
    when: 'No function answered within 30 seconds, or none could start',
    advice: 'Repeat the same request id: what was committed is found again.',
  },
  { status: '500', when: 'The function ended without an answer', advice: 'Repeat the same request id.' },
];
