import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { EVENT_METER_BYTES } from '../../ingest/prices.ts';
import type { Usage } from './readings.ts';

const DYNAMO = 'DynamoDB_20120810.';
const PUT_EVENTS = 'AWSEvents.PutEvents';
const WRITES: ReadonlySet<string> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'TransactWriteItems',
  'BatchWriteItem',
]);

/**
 * Counts what the AWS SDK's clients send over node:http, and tells of the calls of providers' clouds, which go
 * through `fetch`. Every call of DynamoDB asks for its capacity units, which the local engine counts by AWS's rules.
 */
export function countCalls(usage: () => Usage, onProviderCall: (path: string) => void): void {
  const { request } = http;
  const counted = (options: RequestOptions, onResponse?: (response: IncomingMessage) => void) => {
    const operation = operationOf(options);
    const into = usage();
    into.calls[operation] = (into.calls[operation] ?? 0) + 1;
    const sent = request(options, onResponse);
    if (operation.startsWith(DYNAMO)) countUnits(sent, WRITES.has(operation.slice(DYNAMO.length)), into);
    if (operation === PUT_EVENTS) onBody(sent, (body) => countEvents(body, into));
    return sent;
  };
  Object.assign(http, { request: counted });
  syncBuiltinESMExports();
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    onProviderCall(new URL(input instanceof Request ? input.url : input).pathname);
    return fetch(input, init);
  };
}

function operationOf({ method, headers }: RequestOptions): string {
  const target = (headers as Readonly<Record<string, unknown>> | undefined)?.['x-amz-target'];
  return typeof target === 'string' ? target : `S3.${method}`;
}

function countEvents(body: string, usage: Usage): string {
  const { Entries } = JSON.parse(body) as { readonly Entries: readonly { readonly Detail: string }[] };
  for (const { Detail } of Entries)
    usage.eventUnits += Math.ceil(Buffer.byteLength(Detail) / EVENT_METER_BYTES);
  return body;
}

function countUnits(sent: ClientRequest, isWrite: boolean, usage: Usage): void {
  onBody(sent, (body) => `${body.slice(0, -1)},"ReturnConsumedCapacity":"TOTAL"}`);
  sent.prependListener('response', (response) =>
    onAnswer(response, (text) => {
      const units = unitsOf(text);
      if (isWrite) usage.writeUnits += units;
      else usage.readUnits += units;
    }),
  );
}

/** One object, or one for each table; the total stands beside `WriteCapacityUnits`, which is part of it. */
function unitsOf(text: string): number {
  const from = text.lastIndexOf('"ConsumedCapacity"');
  const found = from < 0 ? [] : text.slice(from).matchAll(/"CapacityUnits":(\d{1,9}(?:\.\d{1,9})?)/g);
  return [...found].reduce((sum, [, units]) => sum + Number(units), 0);
}

/** The SDK sends a body of JSON in one piece. */
function onBody(sent: ClientRequest, change: (body: string) => string): void {
  const { end } = sent;
  sent.end = (body: unknown) => {
    const changed = change(typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString());
    sent.setHeader('content-length', Buffer.byteLength(changed));
    return end.call(sent, changed, 'utf8');
  };
}

/** Reads along: `push` is what the parser hands each piece of the body to, and null at its end. */
function onAnswer(response: IncomingMessage, read: (text: string) => void): void {
  const pieces: Buffer[] = [];
  const { push } = response;
  response.push = (piece: Buffer | null) => {
    if (piece === null) read(Buffer.concat(pieces).toString());
    else pieces.push(piece);
    return push.call(response, piece);
  };
}
