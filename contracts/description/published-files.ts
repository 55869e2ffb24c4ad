import * as z from 'zod';
import { EVENT_CATALOG, EVENT_TYPES, type EventType } from '../events/catalog.ts';
import { METRICS } from '../metrics/catalog.ts';
import { describeEntities } from './entity-types.ts';
import { describeOpenApi } from './openapi.ts';
import { renderPage } from './page/page.ts';

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** JSON Schema of an event's detail, as consumers receive it: fields that they do not know may appear. */
export const eventSchema = (type: EventType): object => ({
  ...z.toJSONSchema(EVENT_CATALOG[type], { io: 'input' }),
  $id: `${type}.json`,
  title: type,
});

/**
 * Everything that is generated from the contracts, by its path under contracts/published. Deterministic:
 * no clock, no machine, no order but that of the sources.
 */
export function publishedFiles(): ReadonlyMap<string, string> {
  const document = describeOpenApi();
  return new Map([
    ['openapi.json', asJson(document)],
    ['docs.html', renderPage(document)],
    ['metrics.json', asJson([...METRICS.values()])],
    ['entities.json', asJson(describeEntities())],
    ...EVENT_TYPES.map((type) => [`events/${type}.json`, asJson(eventSchema(type))] as const),
  ]);
}
