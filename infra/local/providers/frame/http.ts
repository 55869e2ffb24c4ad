import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, Call } from './call.ts';

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** The whole body, or undefined when it is larger than any cloud takes. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size <= MAX_BODY_BYTES) parts.push(part);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(parts);
}

/** Reads JSON without failing: undefined for anything that is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const asFields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

export function headersOf(request: IncomingMessage): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
}

export function bodyReaders(body: Buffer): Pick<Call, 'body' | 'form' | 'json'> {
  return {
    body,
    form: () => new URLSearchParams(body.toString('utf8')),
    json: () => parseJson(body.toString('utf8')),
  };
}

/** The body of an answer as text. Bigints are written as JSON numbers with all their digits. */
export function bodyText({ json, text }: Answer): string {
  if (text !== undefined) return text;
  if (json === undefined) return '';
  // Not yet in the compiler's library: numbers beyond 2^53 survive as their digits.
  const { rawJSON } = JSON as unknown as { rawJSON(digits: string): unknown };
  return JSON.stringify(json, (_, value: unknown) =>
    typeof value === 'bigint' ? rawJSON(value.toString()) : value,
  );
}

export function send(response: ServerResponse, answer: Answer, cut = false): void {
  const whole = bodyText(answer);
  const body = cut ? whole.slice(0, Math.floor(whole.length / 2)) : whole;
  const type = answer.json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  // 204 and 304 have no body, and so no length.
  const length = answer.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(answer.status, { ...type, ...length, ...answer.headers });
  response.end(answer.status === 204 ? undefined : body);
}
