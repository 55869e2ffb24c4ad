import { assertNever } from '../../core/assert.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Meter } from '../../observability/metrics.ts';
import { AppError } from '../../problems/app-error.ts';
import type { PublicKeys, PushAnswer, PushRequest, PushVerdict } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { ConfiguredProvider, ProviderDirectory } from '../provider-directory.ts';
import { headersToKeep } from './push-headers.ts';
import { MAX_QUEUED_BODY_BYTES, type PushBodies, type PushQueue } from './push-queue.ts';

export interface ReceiveDependencies {
  readonly providers: ProviderDirectory;
  /** The key sets of one provider, remembered between requests. */
  readonly keysOf: (provider: ConfiguredProvider) => PublicKeys;
  readonly queue: PushQueue;
  readonly bodies: PushBodies;
  readonly meter: Meter;
}

export interface InboundCall {
  readonly provider: string;
  readonly request: PushRequest;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
}

/**
 * Answers a call of a provider's cloud: a handshake as the provider documents it, a genuine notification with
 * the status that counts as received, once it lies in the queue. What it says is not looked at here: a genuine
 * one that cannot be read is taken too (CON53). A repeat is queued again, which applying it makes harmless.
 * Throws AppError: provider.unknown, provider.not_configured, request.too_large, push.malformed (neither
 * handshake nor notification), push.signature_invalid, push.stale, push.unverifiable, server.unavailable.
 */
export async function receivePush(deps: ReceiveDependencies, call: InboundCall): Promise<PushAnswer> {
  const provider = await deps.providers.get(call.provider);
  const { push } = provider.definition;
  const { request } = call;
  if (request.body.length > push.maxBodyBytes) throw tooLarge(push.maxBodyBytes);
  const handshake = push.handshake(request, provider.app);
  if (handshake !== undefined) return handshake;
  if (request.method !== 'POST')
    throw new AppError('push.malformed', 'This is no handshake of the provider.');
  const verdict = await verify(deps, provider, call);
  if (verdict !== 'genuine') deps.meter.add('PushesRefused', 1);
  checkVerdict(verdict);
  await enqueue(deps, call);
  deps.meter.add('PushesReceived', 1);
  return { status: push.okStatus };
}

async function verify(
  deps: ReceiveDependencies,
  provider: ConfiguredProvider,
  { request, nowMs }: InboundCall,
): Promise<PushVerdict> {
  try {
    return await provider.definition.push.verify(request, provider.app, {
      nowMs,
      keys: deps.keysOf(provider),
    });
  } catch (error) {
    if (error instanceof ProviderFault) return 'unavailable';
    throw error;
  }
}

function checkVerdict(verdict: PushVerdict): void {
  switch (verdict) {
    case 'genuine':
      return;
    case 'unsigned':
      throw new AppError('push.signature_invalid', 'The notification is not signed.');
    case 'forged':
      throw new AppError('push.signature_invalid', 'The signature is not the provider’s.');
    case 'stale':
      throw new AppError('push.stale', 'The signed timestamp is too far from now.');
    case 'unavailable':
      throw new AppError('push.unverifiable', 'The keys of the provider cannot be had just now.', {
        retryAfterSec: 60,
      });
    default:
      assertNever(verdict);
  }
}

/** The body is kept before the message names it. */
async function enqueue(deps: ReceiveDependencies, call: InboundCall): Promise<void> {
  const { provider, request, correlationId, nowMs } = call;
  const where =
    request.body.length > MAX_QUEUED_BODY_BYTES
      ? { bodyKey: await deps.bodies.put(request.body) }
      : { body: Buffer.from(request.body).toString('base64') };
  await deps.queue.send({
    provider,
    receivedAtMs: nowMs,
    headers: headersToKeep(request.headers),
    correlationId,
    ...where,
  });
}

const tooLarge = (limitBytes: number): AppError =>
  new AppError('request.too_large', `The provider's notifications are at most ${limitBytes} bytes.`);
