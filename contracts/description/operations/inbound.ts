import * as z from 'zod';
import type { Operation } from '../../http/routes.ts';
import type { OperationDoc } from '../operation-doc.ts';

const TAKEN = 'Taken, with an empty body; which of the two statuses, the provider documents';

/** What the clouds of providers call; nobody else has a use for these. */
export const INBOUND_OPERATIONS = {
  receivePush: {
    group: 'Connections',
    summary: 'Take a notification of a provider',
    description:
      'For the provider’s cloud, with its own signature or secret and in its own form; no API key. A genuine one is queued and answered at once, also when it is about nobody we know or cannot be read. Repeats are harmless.',
    answers: {
      200: { description: TAKEN },
      201: { description: 'The handshake of providers that begin with a POST' },
      204: { description: TAKEN },
    },
    problems: [
      'provider.unknown',
      'provider.not_configured',
      'push.signature_invalid',
      'push.stale',
      'push.unverifiable',
      'request.too_large',
      'server.unavailable',
    ],
  },
  answerHandshake: {
    group: 'Connections',
    summary: 'Answer a provider that asks whether the address is ours',
    description:
      'For the provider’s cloud: echoes its challenge when it knows the secret that both share. No API key.',
    answers: {
      200: { description: 'The challenge, as the provider documents it', schema: z.looseObject({}) },
    },
    problems: [
      'provider.unknown',
      'provider.not_configured',
      'push.malformed',
      'push.signature_invalid',
      'server.unavailable',
    ],
  },
  probeInbound: {
    group: 'Connections',
    summary: 'Say that the address is there',
    description: 'For providers that look with HEAD before they subscribe. No API key.',
    answers: { 200: { description: 'It is there' } },
    problems: ['provider.unknown', 'provider.not_configured', 'push.malformed', 'server.unavailable'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
