import type { EpochMs } from '../../lib/core/instants.ts';
import type { FetchContext, RawPage } from '../../lib/providers/definition.ts';
import type { ProviderRequest, ProviderResponse, UserHttp } from '../../lib/providers/http.ts';
import { ProviderFault } from '../../lib/providers/model.ts';
import { standardFault } from '../../lib/providers/standard-faults.ts';

export const NOW_MS = Date.parse('2026-11-20T09:30:00Z') as EpochMs;

/** What the cloud answers: JSON, or a status without a body. */
export type PaperAnswer = (request: ProviderRequest) => unknown;
export const status = (code: number): ProviderResponse => ({
  status: code,
  headers: {},
  body: new Uint8Array(),
});

export const jsonResponse = (code: number, json: unknown): ProviderResponse => ({
  ...status(code),
  body: new TextEncoder().encode(JSON.stringify(json)),
});

/** A provider's API on paper, behind the port that providers fetch through: it keeps what it was asked. */
export function paperCloud(answer: PaperAnswer, account: Partial<FetchContext['account']> = {}) {
  const asked: ProviderRequest[] = [];
  const respond = (request: ProviderRequest): ProviderResponse => {
    asked.push(request);
    const told = answer(request);
    if (isResponse(told)) return told;
    if (told === undefined) return status(404);
    return { status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(told)) };
  };
  const send = async (request: ProviderRequest): Promise<ProviderResponse> => {
    const response = respond(request);
    const fault = standardFault(response, NOW_MS);
    if (fault !== undefined) throw fault;
    return response;
  };
  const http: UserHttp = {
    send,
    json: async (request) => {
      const { body } = await send(request);
      return { payload: JSON.parse(new TextDecoder().decode(body)), body };
    },
    jsonAt: () => Promise.reject(new ProviderFault('rejected')),
  };
  const context: FetchContext = { http, account: { providerUserId: '1', ...account }, nowMs: NOW_MS };
  return { asked, http, context, app: { send: async (request: ProviderRequest) => respond(request) } };
}

const isResponse = (told: unknown): told is ProviderResponse =>
  typeof told === 'object' && told !== null && 'body' in told && told.body instanceof Uint8Array;

export async function pagesOf(pages: AsyncGenerator<RawPage>): Promise<readonly RawPage[]> {
  const all: RawPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

/** The window of days before now. */
export const lastDays = (days: number) => ({
  fromMs: (NOW_MS - days * 86_400_000) as EpochMs,
  toMs: NOW_MS,
});
