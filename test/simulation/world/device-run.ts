import type { Prng } from '../engine/prng.ts';
import type { Api, ApiAnswer } from './api-client.ts';
import { type DeviceRequest, drawPriorities, drawRequest, type PriorityRequest } from './device.ts';
import type { Environment } from './environment.ts';
import type { ObservedUser } from './observer.ts';

/** Attempts until a device has its final answer; the faults are over long before. */
const MAX_ATTEMPTS = 80;
/** The allowance comes back with the next minute: all attempts together have to last longer than that. */
const AFTER_429_MS = 2_000;

export interface Device {
  readonly name: string;
  readonly user: ObservedUser;
  readonly requestCount: number;
}

/** A device sends its requests one after another, each until it is answered for good. */
export async function runDevice(environment: Environment, api: Api, device: Device): Promise<void> {
  const { prng, scheduler } = environment;
  for (let index = 0; index < device.requestCount; index += 1) {
    await scheduler.wait(prng.below(400));
    if (prng.chance(0.08)) {
      await setPriorities(environment, api, device.user);
      continue;
    }
    const request = drawRequest(prng, `${device.name}-${index}`);
    const copies = prng.chance(0.25) ? 2 : 1;
    await Promise.all(
      Array.from({ length: copies }, () => sendUntilAnswered(environment, api, device.user, request)),
    );
    if (prng.chance(0.1)) {
      await sendUntilAnswered(environment, api, device.user, withOtherPayload(prng, request));
    }
    if (prng.chance(0.1)) await sendUntilAnswered(environment, api, device.user, request);
  }
}

const withOtherPayload = (prng: Prng, request: DeviceRequest): DeviceRequest => {
  const other = drawRequest(prng, request.requestId);
  return other.body === request.body ? request : other;
};

/** Setting the same again is harmless, so a lost answer is simply asked for again. */
async function setPriorities(environment: Environment, api: Api, user: ObservedUser): Promise<void> {
  const request: PriorityRequest = drawPriorities(environment.prng);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const answer = await api({ operation: 'putPriorities', user, request });
    if (answer?.status === 200) return;
    if (answer !== undefined && !isPassing(answer.status) && !isContention(answer)) {
      environment.violation('API', `putPriorities answered ${answer.status} ${answer.body}`);
      return;
    }
    await environment.scheduler.wait(
      environment.prng.below(500) + (answer?.status === 429 ? AFTER_429_MS : 0),
    );
  }
  environment.violation('P1', 'priorities were never taken');
}

async function sendUntilAnswered(
  environment: Environment,
  api: Api,
  user: ObservedUser,
  request: DeviceRequest,
): Promise<void> {
  const { counters, scheduler, prng } = environment;
  const payloads = user.sent.get(request.requestId) ?? [];
  if (!payloads.includes(request)) user.sent.set(request.requestId, [...payloads, request]);
  counters.requests += 1;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    if (attempt > 1) counters.deviceRetries += 1;
    const answer = await api({ operation: 'ingestSamples', user, request });
    if (isFinal(environment, user, request, answer)) return;
    await scheduler.wait(prng.below(500) + (answer?.status === 429 ? AFTER_429_MS : 0));
  }
  environment.violation('P1', `${request.requestId} was never answered for good`);
}

/** Other writers of the user were faster each time: the problem catalog says to come again later. */
const isContention = ({ body }: NonNullable<ApiAnswer>): boolean => body.includes('"code":"user.conflict"');

const isPassing = (status: number): boolean => status === 503 || status === 429;

function isFinal(
  environment: Environment,
  user: ObservedUser,
  request: DeviceRequest,
  answer: ApiAnswer,
): boolean {
  if (answer === undefined || isPassing(answer.status)) return false;
  if (answer.status === 202) {
    environment.counters.queuedRequests += 1;
    // Some callers take 202 for a promise and never ask again: it must be kept all the same.
    return environment.prng.chance(0.3);
  }
  if (answer.status === 200 || answer.status === 207) {
    environment.counters.acknowledged += 1;
    checkAcknowledged(environment, user, request, answer);
  } else if (answer.status !== 422 || (user.sent.get(request.requestId)?.length ?? 0) < 2) {
    environment.violation('API', `${request.requestId} answered ${answer.status} ${answer.body}`);
  }
  return true;
}

/** An acknowledgement is of what the model has, the same for every repeat, byte for byte. */
function checkAcknowledged(
  environment: Environment,
  user: ObservedUser,
  request: DeviceRequest,
  answer: NonNullable<ApiAnswer>,
): void {
  const { requestId, batch } = request;
  const expected = user.expected.get(requestId);
  if (expected === undefined) {
    environment.violation('P1', `${requestId} was acknowledged before it was committed`);
    return;
  }
  if (expected.request !== request) {
    environment.violation('ING6', `${requestId} was acknowledged for a payload that was not committed`);
  }
  const known = user.answers.get(requestId) ?? answer.body;
  user.answers.set(requestId, known);
  if (known !== answer.body) {
    environment.violation('ING6', `${requestId} was answered ${known} and then ${answer.body}`);
  }
  const { seq, counts, refused } = JSON.parse(answer.body) as {
    seq: number;
    counts: object;
    refused: { index: number }[];
  };
  const told = JSON.stringify({ counts, refused: refused.map(({ index }) => index) });
  const wanted = JSON.stringify({ counts: expected.counts, refused: expected.refusedIndexes });
  if (told !== wanted) {
    environment.violation(
      'ING3',
      `${requestId} told ${told}, the model ${wanted} for ${JSON.stringify(batch)}`,
    );
  }
  if (expected.seq !== undefined && seq !== expected.seq) {
    environment.violation('ING5', `${requestId} told seq ${seq}, committed as ${expected.seq}`);
  }
}
