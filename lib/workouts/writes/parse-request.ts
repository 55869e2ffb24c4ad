import { hash } from 'node:crypto';
import type * as z from 'zod';
import { UpsertWorkoutsRequest } from '../../../contracts/http/workout-writes.ts';
import { MAX_QUEUED_ITEM_COUNT } from '../../../contracts/limits.ts';
import { canonicalJson, TooDeepError } from '../../core/canonical-json.ts';
import { AppError } from '../../problems/app-error.ts';
import type { Origin, RequestId, Source } from '../../samples/model.ts';
import { MAX_ANCHOR_BYTES } from './limits.ts';

/** A batch whose envelope is good; faults of single workouts are still to be found. */
export interface WorkoutsRequest {
  readonly requestId: RequestId;
  readonly origin: Origin;
  /** WKT40: over what was sent, so that a repeat is known. */
  readonly payloadHash: string;
  readonly source: Omit<Source, 'sourceId'>;
  readonly anchor: string | undefined;
  readonly workouts: readonly unknown[];
  readonly deletions: readonly unknown[];
}

const MAX_FAULT_COUNT = 20;

/**
 * The envelope of a batch of workouts. Fields that it does not know are left alone. Throws AppError
 * request.invalid with the faults, request.too_many_items, ingest.hash_mismatch: nothing is stored then.
 */
export function parseWorkoutsRequest(value: unknown): WorkoutsRequest {
  const parsed = UpsertWorkoutsRequest.safeParse(value);
  if (!parsed.success) throw envelopeFault(parsed.error);
  const { requestId, origin, payloadHash: claimed, source, workouts, deletions, anchor } = parsed.data;
  const itemCount = workouts.length + (deletions?.length ?? 0);
  if (itemCount > MAX_QUEUED_ITEM_COUNT) {
    throw new AppError(
      'request.too_many_items',
      `${itemCount} workouts and deletions, and at most ${MAX_QUEUED_ITEM_COUNT} are taken: split them`,
    );
  }
  if (anchor !== undefined && Buffer.byteLength(anchor) > MAX_ANCHOR_BYTES)
    throw fault('/anchor', `at most ${MAX_ANCHOR_BYTES} bytes`);
  const payloadHash = payloadHashOf(value);
  if (claimed !== undefined && claimed !== payloadHash)
    throw new AppError('ingest.hash_mismatch', `the payload hashes to ${payloadHash}`);
  return {
    requestId,
    origin: origin ?? 'live',
    payloadHash,
    source: namedOf(source),
    anchor,
    workouts,
    deletions: deletions ?? [],
  };
}

/** The source as its id is derived: absent fields left out, an empty device too. */
function namedOf({
  provider,
  device,
  app,
}: z.infer<typeof UpsertWorkoutsRequest>['source']): WorkoutsRequest['source'] {
  const { manufacturer, model, type } = device ?? {};
  const named = {
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(model === undefined ? {} : { model }),
    ...(type === undefined ? {} : { type }),
  };
  return {
    provider,
    ...(Object.keys(named).length === 0 ? {} : { device: named }),
    ...(app === undefined ? {} : { app }),
  };
}

/** Over the four fields as they came, those that the schema leaves out too. */
function payloadHashOf(value: unknown): string {
  const { anchor, deletions, source, workouts } = value as Readonly<Record<string, unknown>>;
  try {
    const payload = { anchor: anchor ?? null, deletions: deletions ?? [], source, workouts };
    return hash('sha256', canonicalJson(payload), 'hex');
  } catch (cause) {
    if (!(cause instanceof TooDeepError)) throw cause;
    throw new AppError('request.invalid', 'the body is nested too deeply', { cause });
  }
}

function envelopeFault({ issues }: z.ZodError): AppError {
  const faults = issues.slice(0, MAX_FAULT_COUNT).map(({ path, code }) => ({
    path: path.map((step) => `/${String(step).slice(0, 64)}`).join(''),
    code,
    message: 'not of the documented shape',
  }));
  const first = faults[0]?.path;
  const detail =
    first === undefined || first === '' ? 'an object is required' : `${first}: not as documented`;
  return new AppError('request.invalid', detail, { faults });
}

const fault = (path: string, message: string): AppError =>
  new AppError('request.invalid', `${path}: ${message}`, { faults: [{ path, code: 'invalid', message }] });
