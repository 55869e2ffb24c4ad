import { type ReceiveDependencies, receivePush } from '../../../lib/connections/pushes/receive-push.ts';
import type { PushRequest } from '../../../lib/providers/definition.ts';
import type { AccessDependencies } from '../../_platform/http/access-dependencies.ts';
import {
  createHttpHandler,
  type HttpHandler,
  type HttpStack,
} from '../../_platform/http/create-http-handler.ts';
import type { ApiResponse, OperationHandler } from '../../_platform/http/operation.ts';

export interface ReceivePushWiring extends Pick<HttpStack, 'settings'> {
  readonly receive: ReceiveDependencies;
}

/** Providers have no principal; what they send is proven by its signature (CON50). */
const NO_ACCESS: AccessDependencies = {
  authenticator: { authenticate: () => Promise.reject(new Error('public operations have no principal')) },
  rateLimiter: { take: () => Promise.reject(new Error('public operations have no principal')) },
};

/** The three ways in which a cloud calls: notifications, handshakes, probes. */
export const createReceivePushHandler = ({ receive, settings }: ReceivePushWiring): HttpHandler =>
  createHttpHandler({
    access: NO_ACCESS,
    settings,
    bodyForm: 'as_sent',
    operations: {
      receivePush: answer(receive, 'POST'),
      answerHandshake: answer(receive, 'GET'),
      probeInbound: answer(receive, 'HEAD'),
    },
  });

const answer =
  (receive: ReceiveDependencies, method: PushRequest['method']): OperationHandler =>
  async ({ pathParameters, query, headers, body, correlationId, nowMs }): Promise<ApiResponse> => {
    const { status, ...rest } = await receivePush(receive, {
      provider: pathParameters['provider'] ?? '',
      request: { method, query, headers, body },
      correlationId,
      nowMs,
    });
    return { status, body: undefined, ...rest };
  };
