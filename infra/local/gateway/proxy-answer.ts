import type { InvocationResult } from '../functions/invocation.ts';

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | string;
}

/** The answers that the gateway makes by itself, word for word. */
export const gatewayAnswer = (status: number, message: string): GatewayAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

interface ProxyResponse {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly cookies?: readonly string[];
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
}

/** What the caller gets for what the function answered; a failed function is 500 without its reasons. */
export function toGatewayAnswer(result: InvocationResult): GatewayAnswer {
  if (!result.ok) return gatewayAnswer(500, 'Internal Server Error');
  const parsed: unknown = JSON.parse(result.payload);
  if (typeof parsed !== 'object' || parsed === null || !('statusCode' in parsed)) {
    const body = typeof parsed === 'string' ? parsed : result.payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers = {}, cookies, body, isBase64Encoded }: ProxyResponse = parsed;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) {
    return gatewayAnswer(500, 'Internal Server Error');
  }
  const text =
    typeof body === 'string' ? body : body === undefined || body === null ? '' : JSON.stringify(body);
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
      ),
      ...(cookies === undefined ? {} : { 'set-cookie': cookies }),
    },
    body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
}
