import * as z from 'zod/mini';
import type { EntityDefinition, FieldDefinition } from '../../../contracts/sync/entity.ts';
import type { Prng } from '../engine/prng.ts';

interface Shape {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly anyOf?: readonly Shape[];
}

/** What is drawn from, and a number that no other edit of the history has. */
export interface Draw {
  readonly prng: Prng;
  readonly tag: string;
  /** Ids of rows of a type that the device sees. */
  readonly idsOf: (type: string) => readonly string[];
}

const shapes = new WeakMap<FieldDefinition, Shape>();

function shapeOf(field: FieldDefinition): Shape {
  const known = shapes.get(field);
  if (known !== undefined) return known;
  const shape = z.toJSONSchema(field.schema, { unrepresentable: 'any' }) as Shape;
  shapes.set(field, shape);
  return shape;
}

const LONG_CHARS = 1_200;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.parse('2026-01-01T00:00:00Z');
/** Few, so that sets of several devices meet. */
const ELEMENTS = ['ash', 'birch', 'cedar', 'elm', 'fir', 'oak'];

function drawValue(draw: Draw, shape: Shape): unknown {
  const { prng, tag } = draw;
  if (shape.const !== undefined) return shape.const;
  if (shape.enum !== undefined) return prng.pick(shape.enum);
  if (shape.anyOf !== undefined) return drawValue(draw, prng.pick(shape.anyOf));
  const type = Array.isArray(shape.type) ? prng.pick(shape.type as readonly string[]) : shape.type;
  switch (type) {
    case 'null':
      return null;
    case 'boolean':
      return prng.chance(0.5);
    case 'integer':
    case 'number': {
      const from = Math.max(
        shape.minimum ?? 0,
        shape.exclusiveMinimum === undefined ? 0 : shape.exclusiveMinimum + 1,
      );
      const to = Math.min(shape.maximum ?? 1_000, from + 1_000);
      return from + prng.below(Math.floor(to - from) + 1);
    }
    case 'array':
      return drawSet(prng);
    case 'object':
      return Object.fromEntries(drawSet(prng).map((key) => [key, prng.below(9)]));
    default:
      return drawText(draw, shape, tag);
  }
}

function drawText({ prng }: Draw, { format, maxLength = 100 }: Shape, tag: string): string {
  const dayMs = FIRST_DAY_MS + prng.below(60) * DAY_MS;
  if (format === 'date-time') return new Date(dayMs + prng.below(DAY_MS)).toISOString();
  if (format === 'date') return new Date(dayMs).toISOString().slice(0, 10);
  const text = `text ${tag}`;
  // Above MAX_INLINE_ROW_BYTES a row lies in no log entry, and is read by itself.
  return maxLength >= LONG_CHARS && prng.chance(0.4)
    ? text.padEnd(LONG_CHARS, '.')
    : text.slice(0, maxLength);
}

const drawSet = (prng: Prng): readonly string[] => [
  ...new Set(Array.from({ length: prng.below(4) }, () => prng.pick(ELEMENTS))),
];

/** A row to make, or undefined where a parent that it needs is not there. */
export function drawCreate(draw: Draw, entity: EntityDefinition): Record<string, unknown> | undefined {
  const data: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(entity.fields)) {
    if (field.policy.kind === 'server_derived') continue;
    if (field.required === true || draw.prng.chance(0.3)) data[name] = drawField(draw, entity, name, field);
  }
  for (const [name, { to, mandatory }] of Object.entries(entity.references)) {
    const ids = draw.idsOf(to);
    if (ids.length === 0 && mandatory) return undefined;
    if (ids.length > 0 && (mandatory || draw.prng.chance(0.5))) data[name] = draw.prng.pick(ids);
  }
  return data;
}

const isName = (entity: EntityDefinition, field: string): boolean =>
  entity.rules.some((rule) => rule.kind === 'same_by' && rule.field === field);

/** What names a row (`same_by`) is drawn from few, so that devices name one row. */
function drawField(draw: Draw, entity: EntityDefinition, name: string, field: FieldDefinition): unknown {
  return isName(entity, name) ? draw.prng.pick(ELEMENTS.slice(0, 3)) : drawRequired(draw, field);
}

/** Required fields are never null. */
function drawRequired(draw: Draw, field: FieldDefinition): unknown {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const value = drawValue(draw, shapeOf(field));
    if (value !== null) return value;
  }
  throw new Error('no value was drawn');
}

/** Some fields as they shall be: counters as {delta}, sets whole. */
export function drawPatch(draw: Draw, entity: EntityDefinition): Record<string, unknown> {
  const { prng } = draw;
  const patch: Record<string, unknown> = {};
  const fields = Object.entries(entity.fields).filter(
    ([name, { policy }]) => policy.kind !== 'server_derived' && !isName(entity, name),
  );
  const counters = fields.filter(([, { policy }]) => policy.kind === 'counter');
  for (let count = 1 + prng.below(2); count > 0 && fields.length > 0; count -= 1) {
    const [name, field] = prng.pick(prng.chance(0.5) && counters.length > 0 ? counters : fields);
    const isCleared = field.required !== true && prng.chance(0.1) && allowsNull(field);
    if (field.policy.kind === 'counter') patch[name] = { delta: prng.below(9) - 4 };
    else patch[name] = isCleared ? null : drawField(draw, entity, name, field);
  }
  const references = Object.entries(entity.references);
  if (references.length > 0 && prng.chance(0.15)) {
    const [name, { to, mandatory }] = prng.pick(references);
    const ids = draw.idsOf(to);
    if (ids.length > 0) patch[name] = prng.pick(ids);
    else if (!mandatory) patch[name] = null;
  }
  return patch;
}

/** Whether the field may be cleared: it says so, or its schema does. */
const allowsNull = (field: FieldDefinition): boolean => z.safeParse(field.schema, null).success;
