import { MAX_PUSH_CHANGE_COUNT } from '../../../contracts/sync/protocol.ts';
import { tickHlc } from '../../sync/merge/hlc.ts';
import { operationIdOf } from '../../sync/merge/operation-id.ts';
import { deltaOf } from '../../sync/merge/wire-forms.ts';
import { HeadwaterError } from '../client-error.ts';
import type { PushCounts } from '../report.ts';
import { loadPending, type PendingChange, replacePending, savePending } from '../store/queue.ts';
import {
  loadClock,
  loadOperation,
  type OperationUnderWay,
  saveClock,
  saveOperation,
} from '../store/sync-state.ts';
import { callServer } from './call-server.ts';
import { type ClientContext, serverNowMs, transact } from './client-context.ts';
import { newRequestId } from './local-writes.ts';
import { planPush } from './plan-push.ts';
import { settlePush } from './settle-push.ts';
import { PushAnswer } from './wire.ts';

/** API Gateway takes 10 MB and the server 5; the envelope and what JSON escapes need room. */
const MAX_PUSH_BYTES = 4_000_000;
/** Of one run; what is left goes with the next. A million writes are more than any device has. */
const MAX_OPERATIONS_PER_RUN = 1_000;
/** An operation that the server will not have as a whole is taken apart at most so often in one run. */
const MAX_RELEASES_PER_RUN = 40;

export type MutablePushCounts = { -readonly [Name in keyof PushCounts]: number };

/**
 * CLI4: one operation after the other until nothing may go any more. Answers whether the bound of one run was
 * reached. Rejects with HeadwaterError where the run has to stop; the operation then stays as it is.
 */
export async function pushAll(context: ClientContext, counts: MutablePushCounts): Promise<'done' | 'more'> {
  let maxCount = MAX_PUSH_CHANGE_COUNT;
  let releases = 0;
  for (let run = 0; run < MAX_OPERATIONS_PER_RUN; run += 1) {
    const operation = await nextOperation(context, counts, maxCount);
    if (operation === 'more') continue;
    if (operation === undefined) return 'done';
    counts.requestCount += 1;
    const refusal = await sendOperation(context, operation, counts);
    if (refusal === undefined) continue;
    releases += 1;
    if (releases > MAX_RELEASES_PER_RUN) throw refusal;
    if (isOfItsContents(refusal)) maxCount = Math.max(1, Math.ceil(operation.requestIds.length / 2));
    await releaseOperation(context, operation, refusal);
  }
  return 'more';
}

/** Undefined: it is answered and settled. An error: the server will never take it as it is. */
async function sendOperation(
  context: ClientContext,
  operation: OperationUnderWay,
  counts: MutablePushCounts,
): Promise<HeadwaterError | undefined> {
  try {
    const request = { method: 'POST', path: '/v1/sync/push', body: operation.body } as const;
    const answer = await callServer(context, request, PushAnswer);
    if (answer.operationId !== operation.operationId) {
      throw new HeadwaterError('PROTOCOL_ERROR', 'the answer is that of another operation');
    }
    const settled = await settlePush(context, operation, answer);
    counts.acceptedCount += settled.acceptedCount;
    counts.conflictCount += settled.conflictCount;
    counts.refusedCount += settled.refusedCount;
    counts.postponedCount += settled.postponedCount;
    return undefined;
  } catch (error) {
    if (error instanceof HeadwaterError && (isOver(error) || isOfItsContents(error))) return error;
    throw error;
  }
}

/** Its id is spent: too old, or taken by another payload. */
const isOver = ({ serverCode }: HeadwaterError): boolean =>
  serverCode === 'sync.operation_expired' || serverCode === 'sync.payload_conflict';

/** Too large or malformed: one of its changes is, and the others must not suffer for it. */
const isOfItsContents = ({ serverCode, status }: HeadwaterError): boolean =>
  serverCode === undefined ? status === 413 : CONTENT_CODES.has(serverCode);

const CONTENT_CODES: ReadonlySet<string> = new Set([
  'request.invalid',
  'request.malformed_json',
  'request.too_large',
  'request.too_many_items',
]);

/**
 * The operation under way, once more; else the next one, stored with its bytes before anything is sent. `more`:
 * writes were completed without sending.
 */
async function nextOperation(
  context: ClientContext,
  counts: MutablePushCounts,
  maxCount: number,
): Promise<OperationUnderWay | 'more' | undefined> {
  return transact(context, async (transaction, touched) => {
    const current = await loadOperation(transaction);
    if (current !== undefined) {
      const again = { ...current, sentCount: current.sentCount + 1 };
      await saveOperation(transaction, again);
      return again;
    }
    const queue = (await loadPending(transaction)).map(freed);
    const limits = { maxCount, maxBytes: MAX_PUSH_BYTES };
    const plan = planPush(context.schema, queue, serverNowMs(context), limits);
    counts.supersededCount += plan.superseded.length;
    counts.deferredCount = plan.deferredCount;
    if (plan.superseded.length > 0) await transaction.removeQueued(plan.superseded);
    for (const { type } of queue) if (plan.superseded.length > 0) touched.add(type);
    if (plan.changes.length === 0) return plan.superseded.length > 0 ? 'more' : undefined;
    await savePending(
      transaction,
      plan.heads.map((head) => ({ ...head, state: 'sending' as const })),
    );
    const operationId = operationIdOf(plan.changes);
    const body = JSON.stringify({ deviceId: context.deviceId, operationId, changes: plan.changes });
    const requestIds = plan.changes.map(({ requestId }) => requestId);
    const operation = { operationId, body, requestIds, sentCount: 1 };
    await saveOperation(transaction, operation);
    return operation;
  });
}

/** Sending without an operation: its record was damaged, so nobody knows whether the server has it. */
const freed = (change: PendingChange): PendingChange =>
  change.state === 'sending' ? { ...change, state: 'pending', isUncertain: true } : change;

/**
 * CLI11: its writes go back into the queue under new request ids, with a clock of now where the operation was
 * too old. A counter's delta that may have been counted already is shown to the user instead of sent again. A
 * single change that makes a request malformed is refused. A refusal of an operation that is no longer under way
 * changes nothing: another instance has released it, and may have the next one on its way.
 */
async function releaseOperation(
  context: ClientContext,
  operation: OperationUnderWay,
  refusal: HeadwaterError,
): Promise<void> {
  await transact(context, async (transaction, touched) => {
    const current = await loadOperation(transaction);
    if (current?.operationId !== operation.operationId) return;
    const ids = new Set(current.requestIds);
    const sent = (await loadPending(transaction)).filter(({ requestId }) => ids.has(requestId));
    const isUncertain = isOver(refusal) && current.sentCount > 1;
    const clock = await loadClock(transaction);
    const nowMs = serverNowMs(context);
    let { hlc } = clock;
    for (const change of sent) {
      hlc = tickHlc(hlc, nowMs, context.deviceId);
      touched.add(change.type);
      const isCulprit = isOfItsContents(refusal) && sent.length === 1;
      const isRefused = isCulprit || (isUncertain && hasDelta(change));
      const released: PendingChange = {
        ...change,
        requestId: newRequestId(context),
        state: isRefused ? 'refused' : 'pending',
        code: refusal.serverCode ?? 'request.refused',
        isUncertain: change.isUncertain || isUncertain,
        change: isOver(refusal) ? { ...change.change, hlc } : change.change,
      };
      await replacePending(transaction, [change], [released]);
    }
    await saveClock(transaction, { ...clock, hlc });
    await saveOperation(transaction, undefined);
  });
}

const hasDelta = ({ change }: PendingChange): boolean =>
  change.op === 'update' && Object.values(change.data).some((value) => deltaOf(value) !== undefined);
