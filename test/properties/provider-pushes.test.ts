import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EpochMs } from '../../lib/core/instants.ts';
import type { ProviderDefinition, PushItem, PushRequest } from '../../lib/providers/definition.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';
import { connectReader } from '../support/provider-reader.ts';
import {
  type Received,
  type Receiver,
  SIMULATED_NOW,
  type SimulatedClouds,
  startClouds,
  startReceiver,
} from '../support/simulated-clouds.ts';

/** Signatures and handshakes of the clouds, made there, must be those that the definitions take. */
const PUSHED = PROVIDERS.filter(({ name }) => ['whoop', 'oura', 'withings', 'polar'].includes(name));
const SIGNED = PUSHED.filter(({ name }) => name !== 'withings');
const NOW_MS = SIMULATED_NOW as EpochMs;

let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const requestOf = ({ method, url, headers, body }: Received): PushRequest => ({
  method: method as PushRequest['method'],
  query: Object.fromEntries(url.searchParams),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body: new TextEncoder().encode(body),
});

/** A connected runner, and an address that shakes hands as the definition says. */
async function subscribe(definition: ProviderDefinition): Promise<Receiver> {
  const app = clouds.app(definition.name);
  await connectReader(definition, app, 'runner', NOW_MS);
  const receiver = await startReceiver((one) => {
    const answer = definition.push.handshake(requestOf(one), app);
    return answer ?? { status: definition.push.okStatus };
  });
  const states = await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: [definition.name] });
  expect(states.json[definition.name]).toBe('active');
  return receiver;
}

/** What the action made the cloud send, judged and understood. */
async function pushesOf(
  definition: ProviderDefinition,
  receiver: Receiver,
  action: string,
  body: object = {},
) {
  const before = receiver.received.length;
  const { json } = await clouds.control('POST', `${definition.name}/people/runner/${action}`, body);
  expect((await clouds.control('POST', 'flush')).json.pending).toBe(0);
  const requests = receiver.received.slice(before).map(requestOf);
  const keys = { load: () => Promise.reject(new Error('no keys')) };
  const app = clouds.app(definition.name);
  const verdicts = await Promise.all(
    requests.map((request) => definition.push.verify(request, app, { nowMs: NOW_MS, keys })),
  );
  const items: PushItem[] = requests.flatMap((request) => [
    ...definition.push.parse(request.body, request.headers),
  ]);
  return { verdicts, items, ids: json.changes.map(({ id }: { id: string }) => id) as string[] };
}

describe.each(PUSHED)('$name', (definition) => {
  test('what the cloud sends of a change is genuine and understood', async () => {
    await using receiver = await subscribe(definition);
    for (const action of ['revise', 'record']) {
      const { verdicts, items } = await pushesOf(definition, receiver, action);
      expect(verdicts.length).toBeGreaterThan(0);
      expect(new Set(verdicts)).toEqual(new Set(['genuine']));
      expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(['changed']));
    }
  });
});

describe.each(SIGNED)('$name', (definition) => {
  test.each([
    ['tampered_push', 'forged'],
    ['unsigned_push', 'unsigned'],
  ])('a %s is found out as %s', async (kind, verdict) => {
    await using receiver = await subscribe(definition);
    await clouds.control('POST', `${definition.name}/faults`, { kind, count: 10 });
    const { verdicts } = await pushesOf(definition, receiver, 'revise');
    expect(new Set(verdicts)).toEqual(new Set([verdict]));
  });
});

describe.each(SIGNED.filter(({ name }) => name !== 'polar'))('$name', (definition) => {
  test('a push of an hour ago is stale', async () => {
    await using receiver = await subscribe(definition);
    await clouds.control('POST', `${definition.name}/faults`, { kind: 'stale_push_timestamp', count: 10 });
    const { verdicts } = await pushesOf(definition, receiver, 'revise');
    expect(new Set(verdicts)).toEqual(new Set(['stale']));
  });

  test('a deletion names the record that is gone', async () => {
    await using receiver = await subscribe(definition);
    for (const type of ['sleep', 'workout']) {
      const { items, ids } = await pushesOf(definition, receiver, 'delete', { type });
      const gone = items.flatMap((item) =>
        item.kind === 'deleted' && item.dataType === type ? [item.id] : [],
      );
      expect(gone).toEqual(ids);
    }
  });
});

test('a visit to the scale that was deleted at Withings is gone from the window that is told', async () => {
  const definition = PUSHED.find(({ name }) => name === 'withings');
  if (definition === undefined) throw new Error('Withings is not registered');
  await using receiver = await subscribe(definition);
  const { items } = await pushesOf(definition, receiver, 'delete');
  expect(items).toMatchObject([
    { kind: 'changed', dataType: 'measures', at: { kind: 'window', replaces: true } },
  ]);
});
