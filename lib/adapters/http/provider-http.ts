import { originOf } from '../../connections/tokens/origins.ts';
import type { RawHttp, RawRequest } from '../../connections/tokens/raw-http.ts';
import type { ProviderApp, ProviderDefinition } from '../../providers/definition.ts';
import type { AppHttp, ProviderRequest, ProviderResponse } from '../../providers/http.ts';
import { ProviderFault } from '../../providers/model.ts';

/** For connection, answer and body together; the slowest documented answers take some seconds. */
const TIMEOUT_MS = 10_000;
/** A day of Garmin's one-second samples has 20 MB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const USER_AGENT = 'headwater';

export interface RawHttpLimits {
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/**
 * RawHttp over the network (CON16): no redirects, no cookies, connections kept alive. The faults it throws hold
 * neither the address nor a part of the answer.
 */
export const createRawHttp = (
  { timeoutMs, maxAnswerBytes }: RawHttpLimits = {
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  },
): RawHttp => ({
  exchange: async ({ method, url, headers, body }) => {
    try {
      const answer = await fetch(url, {
        method,
        headers: { 'user-agent': USER_AGENT, ...headers },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body }),
      });
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: await readBody(answer, maxAnswerBytes),
      };
    } catch (error) {
      if (error instanceof ProviderFault) throw error;
      throw new ProviderFault('unavailable', { reason: reasonOf(error) });
    }
  },
});

/** The error itself is not handed on: its causes name addresses. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'no_answer';

async function readBody(answer: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  if (answer.body === null) return new Uint8Array(0);
  for await (const chunk of answer.body) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new ProviderFault('unavailable', { reason: 'answer_too_large' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

/** AppHttp of one provider: requests name an origin of its definition and a path below it, nothing else. */
export const createAppHttp = (
  raw: RawHttp,
  definition: Pick<ProviderDefinition, 'name' | 'origins'>,
  app: Pick<ProviderApp, 'origins'>,
): AppHttp => ({
  send: async (request): Promise<ProviderResponse> =>
    raw.exchange(toRawRequest(originOf(definition, app, request.origin), request)),
});

function toRawRequest(base: string, request: ProviderRequest): RawRequest {
  const { form, json } = request;
  const body = form === undefined ? jsonBody(json) : new URLSearchParams(form).toString();
  const contentType = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  return {
    method: request.method ?? (body === undefined ? 'GET' : 'POST'),
    url: addressOf(base, request),
    headers: { ...(body === undefined ? {} : { 'content-type': contentType }), ...request.headers },
    ...(body === undefined ? {} : { body }),
  };
}

const jsonBody = (json: unknown): string | undefined =>
  json === undefined ? undefined : JSON.stringify(json);

/** A path that leads out of its origin is a fault of ours: nothing is called. */
function addressOf(base: string, { path, query }: ProviderRequest): string {
  const url = new URL(base + path);
  const { origin, pathname } = new URL(base);
  const isWithin = url.origin === origin && url.pathname.startsWith(`${pathname.replace(/\/$/, '')}/`);
  if (!path.startsWith('/') || !isWithin) throw new ProviderFault('rejected', { reason: 'address_outside' });
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url.toString();
}
