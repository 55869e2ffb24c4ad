import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import type { DataType, ProviderDefinition } from '../../lib/providers/definition.ts';
import { UNEXPECTED } from '../../lib/providers/read-list.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';
import { connectReader, type Reader } from '../support/provider-reader.ts';
import {
  type Receiver,
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../support/simulated-clouds.ts';

/**
 * A cloud's contract moves: one field of a page changes its type, is null or is gone. Whatever the field, the
 * page is mapped without an exception, and nothing of the value comes back in a reason.
 */
const NOW_MS = SIMULATED_NOW as EpochMs;
const WINDOW = { fromMs: (NOW_MS - 3 * DAY_MS) as EpochMs, toMs: NOW_MS };
/** Long enough that no field's name holds it. */
const CANARY = 'canary-7f3a9b';
const ODD = [CANARY, null, undefined, -1, 1e308, 0.5, true, [], {}, [CANARY], { [CANARY]: CANARY }] as const;

let clouds: SimulatedClouds;
beforeAll(async () => {
  clouds = await startClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

type Path = readonly (string | number)[];

/** Every field of a page, the first three entries of each list standing for the rest. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  const entries = Array.isArray(value)
    ? [...value.slice(0, 3).entries()]
    : Object.entries(value).slice(0, 60);
  for (const [name, field] of entries) yield* pathsOf(field, [...path, name]);
}

/** A copy of the page with another value at the path; undefined removes the field. */
function withField(page: unknown, path: Path, value: unknown): unknown {
  const copy: unknown = structuredClone(page);
  const parent = path.slice(0, -1).reduce<unknown>((at, name) => Reflect.get(Object(at), name), copy);
  const name = path.at(-1) ?? '';
  if (value === undefined && !Array.isArray(parent)) Reflect.deleteProperty(Object(parent), name);
  else Reflect.set(Object(parent), name, value);
  return copy;
}

interface TypedPage {
  readonly type: DataType;
  readonly payload: unknown;
}

/** The first page of each type: as it is answered, or as it is sent when it was asked for. */
async function firstPages(definition: ProviderDefinition): Promise<readonly TypedPage[]> {
  const reader = await connectReader(definition, clouds.app(definition.name), 'runner', NOW_MS);
  const found: TypedPage[] = [];
  await using receiver = await startReceiver(() => ({ status: definition.push.okStatus }));
  if (definition.dataTypes.some(({ source }) => source.kind === 'request')) {
    await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: [definition.name] });
  }
  for (const type of definition.dataTypes) {
    if (type.source.kind === 'request') await type.source.request(reader.context, WINDOW);
    else {
      const first = await type.source.fetchPages(reader.context, WINDOW, undefined).next();
      if (first.done !== true) found.push({ type, payload: shortened(first.value.payload) });
    }
  }
  return [...found, ...(await sentPages(definition, receiver, reader))];
}

async function sentPages(
  definition: ProviderDefinition,
  receiver: Receiver,
  { grant }: Reader,
): Promise<readonly TypedPage[]> {
  await clouds.control('POST', 'flush');
  const bodies = receiver.received.map(({ body }) => new TextEncoder().encode(body));
  const found = new Map<string, TypedPage>();
  for (const item of bodies.flatMap((body) => [...definition.push.parse(body, {})])) {
    const type = definition.dataTypes.find(({ code }) => item.kind === 'changed' && item.dataType === code);
    if (type === undefined || item.kind !== 'changed' || item.at.kind !== 'callback') continue;
    const { json } = await send(item.at.url, { token: grant.accessToken });
    if (Array.isArray(json) && json.length > 0) found.set(type.code, { type, payload: shortened(json) });
  }
  return [...found.values()];
}

/** Lists of minutes are cut: twenty entries show as much as two thousand. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 20).map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shortened(field)]));
}

describe.each(PROVIDERS)('$name', (definition) => {
  test('PRV3 PRV8 a field of another type is set aside with its entry, and never repeated', async () => {
    const pages = await firstPages(definition);
    expect(pages.length).toBeGreaterThan(0);
    const context = { timeZone: 'Europe/Berlin', nowMs: NOW_MS };
    let unreadableCount = 0;
    for (const { type, payload } of pages) {
      const paths = [...pathsOf(payload)];
      if (paths.length === 0) continue;
      fc.assert(
        fc.property(fc.constantFrom(...paths), fc.constantFrom(...ODD), (path, odd) => {
          const page = type.map(withField(payload, path, odd), context);
          unreadableCount += page.unreadable.length;
          for (const { reason } of page.unreadable) {
            expect(reason).not.toContain(CANARY);
            expect(reason).not.toContain(UNEXPECTED);
            expect(reason.length).toBeLessThanOrEqual(200);
          }
        }),
        { seed: 3, numRuns: 150 },
      );
    }
    expect(unreadableCount).toBeGreaterThan(0);
  });
});
