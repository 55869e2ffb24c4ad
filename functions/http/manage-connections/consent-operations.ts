import {
  AuthorizeRequest,
  FinishConsentQuery,
  OpenConsentQuery,
} from '../../../contracts/http/connections.ts';
import { PROBLEMS } from '../../../contracts/problems/catalog.ts';
import {
  type BeginConsentDependencies,
  beginConsent,
  type ConsentWish,
  createTicket,
  redeemTicket,
} from '../../../lib/connections/consent/begin-consent.ts';
import {
  type ConsentEnd,
  type FinishConsentDependencies,
  finishConsent,
} from '../../../lib/connections/consent/finish-consent.ts';
import { toIso } from '../../../lib/core/instants.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { ApiRequest, ApiResponse, OperationHandlers } from '../../_platform/http/operation.ts';
import { parseJsonBody, parseQuery } from '../../_platform/http/parse-json-body.ts';
import { connectedPage, failedPage } from './pages.ts';
import { providerOf } from './path-ids.ts';

export interface ConsentDependencies extends BeginConsentDependencies, FinishConsentDependencies {}

export const consentOperations = (deps: ConsentDependencies): OperationHandlers => ({
  authorizeConnection: async (request) => {
    const { url, state, expiresAtMs } = await beginConsent(deps, request.userScope(), wishOf(request));
    return { status: 200, body: { url, state, expiresAt: toIso(expiresAtMs) } };
  },
  createConnectTicket: async (request) => {
    const { ticket, url, expiresAtMs } = await createTicket(deps, request.userScope(), wishOf(request));
    return { status: 201, body: { ticket, url, expiresAt: toIso(expiresAtMs) } };
  },
  openConsent: (request) =>
    forBrowsers(request, async () => {
      const { ticket } = parseQuery(OpenConsentQuery, request);
      const { url } = await redeemTicket(deps, providerOf(request), ticket);
      return redirect(url);
    }),
  finishConsent: (request) =>
    forBrowsers(request, async () => {
      parseQuery(FinishConsentQuery, request);
      const { query, correlationId } = request;
      const provider = providerOf(request);
      const end = await finishConsent(deps, { provider, query, correlationId });
      return answerEnd(end, provider);
    }),
});

/** The body of both may be left out. */
function wishOf(request: ApiRequest): ConsentWish {
  const body = request.body.length === 0 ? {} : parseJsonBody(AuthorizeRequest, request);
  return { provider: providerOf(request), returnTo: body.redirectUri };
}

/** 303: whatever the browser did to come here, it goes on with GET. */
const redirect = (url: string): ApiResponse => ({ status: 303, body: undefined, headers: { location: url } });

function answerEnd(end: ConsentEnd, provider: string): ApiResponse {
  const { returnTo, state } = end;
  if (end.kind === 'connected') {
    const { connectionId, status } = end.connection;
    return returnTo === undefined
      ? connectedPage(end.title ?? provider)
      : redirect(withQuery(returnTo, { status, provider, connectionId, state }));
  }
  if (returnTo === undefined) throw end.error;
  return redirect(withQuery(returnTo, { error: end.error.code, provider, state }));
}

/** The address is one of the workspace's own; what it had in its query stays. */
function withQuery(address: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.toString();
}

/** People get a page, everybody else the problem body (CON13). Faults of ours stay faults. */
async function forBrowsers(
  { headers }: ApiRequest,
  answer: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  try {
    return await answer();
  } catch (error) {
    const wantsPage = (headers['accept'] ?? '').includes('text/html');
    if (!(error instanceof AppError) || error.code === 'server.internal' || !wantsPage) throw error;
    const { status, title } = PROBLEMS[error.code];
    return failedPage(status, { title, detail: error.detail, code: error.code });
  }
}
