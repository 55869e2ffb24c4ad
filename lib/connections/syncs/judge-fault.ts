import { PROBLEMS } from '../../../contracts/problems/catalog.ts';
import { assertNever } from '../../core/assert.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { StatusReason, SyncError } from '../model.ts';

export type FaultVerdict =
  /** The same call may be made again then: a quota, a limit, an open circuit. */
  | { readonly kind: 'wait'; readonly untilMs: EpochMs; readonly error: SyncError }
  /** The same call may succeed soon. */
  | { readonly kind: 'retry'; readonly error: SyncError }
  /** The person has to consent again: nothing can be fetched. */
  | { readonly kind: 'reauth'; readonly reason: StatusReason }
  /** This type cannot be had; the others go on. */
  | { readonly kind: 'type'; readonly error: SyncError }
  /** No type can be had, and the person can do nothing about it. */
  | { readonly kind: 'sync'; readonly error: SyncError };

/** Reasons of a 403 that end what the whole grant is good for. */
const GRANT_REASONS: ReadonlyMap<string | undefined, StatusReason> = new Map([
  ['membership_expired', 'membership_expired'],
  ['account_not_linked', 'account_not_linked'],
  ['grant_revoked', 'grant_revoked'],
  ['grant_expired', 'grant_expired'],
]);
/** The provider has switched our application off. */
const APPLICATION_REASONS: ReadonlySet<string> = new Set(['application_inactive']);

/**
 * What a failed call means for the sync (CON27). Only a true 401 (after a refresh) or a grant that the provider
 * says is gone asks for a new consent; outages and limits never do. Rethrows what is no fault of the provider.
 */
export function judgeFault(error: unknown, nowMs: EpochMs): FaultVerdict {
  if (error instanceof AppError) return judgeOwnFault(error);
  if (isMistake(error)) return { kind: 'type', error: 'internal' };
  if (!(error instanceof ProviderFault)) throw error;
  const { kind, reason } = error;
  switch (kind) {
    case 'rate_limited':
    case 'quota':
      return { kind: 'wait', untilMs: retryAt(error, nowMs), error: 'rate_limited' };
    case 'circuit_open':
      return { kind: 'wait', untilMs: retryAt(error, nowMs), error: 'unavailable' };
    case 'unavailable':
      return { kind: 'retry', error: 'unavailable' };
    case 'malformed':
      return reason === 'endless_pages'
        ? { kind: 'type', error: 'endless_pages' }
        : { kind: 'retry', error: 'malformed' };
    case 'unauthorized':
      return { kind: 'reauth', reason: GRANT_REASONS.get(reason) ?? 'unauthorized' };
    case 'forbidden':
      return judgeForbidden(reason);
    case 'not_found':
    case 'rejected':
      return { kind: 'type', error: kind };
    default:
      return assertNever(kind);
  }
}

/**
 * A mistake of the code that reads a provider: it fails its type, and no other. What comes of a store or of the
 * run itself is neither of these.
 */
export const isMistake = (error: unknown): error is Error =>
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof SyntaxError ||
  error instanceof URIError ||
  (error instanceof Error && error.name === 'ZodError');

const retryAt = ({ retryAtMs }: ProviderFault, nowMs: EpochMs): EpochMs =>
  Math.max(retryAtMs ?? nowMs + MINUTE_MS, nowMs + 1) as EpochMs;

function judgeForbidden(reason: string | undefined): FaultVerdict {
  const grantReason = GRANT_REASONS.get(reason);
  if (grantReason !== undefined) return { kind: 'reauth', reason: grantReason };
  const isOurs = reason !== undefined && APPLICATION_REASONS.has(reason);
  return { kind: isOurs ? 'sync' : 'type', error: 'forbidden' };
}

/**
 * The user's own setting ends the sync; what passes, or says that there is nobody left, is for whoever called.
 */
function judgeOwnFault(error: AppError): FaultVerdict {
  if (error.code === 'ingest.upload_disabled') return { kind: 'sync', error: 'upload_disabled' };
  if (isLasting(error)) return { kind: 'type', error: 'internal' };
  throw error;
}

/**
 * A refusal of our own stores that comes again however often it is tried: it fails its type, and keeps no push
 * that waits behind it from its turn.
 */
export const isLasting = ({ code }: AppError): boolean =>
  code === 'server.internal' || (PROBLEMS[code].retry === 'never' && !LEFT_TO_CALLER.has(code));

const LEFT_TO_CALLER: ReadonlySet<string> = new Set([
  'user.not_found',
  'connection.not_found',
  'ingest.upload_disabled',
]);
