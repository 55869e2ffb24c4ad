import type { EntityDefinition, FieldDefinition, SyncSchema } from '../../../contracts/sync/entity.ts';
import { MAX_ROW_BYTES, ROW_ID } from '../../../contracts/sync/protocol.ts';
import { TooDeepError } from '../../core/canonical-json.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { applyField } from './apply-change.ts';
import { fieldsOf, missingFields } from './fields.ts';
import { clampHlc, isHlc } from './hlc.ts';
import type { ChangeFailureCode, ChangeOp, RowChange, RowData } from './row.ts';
import { OWN_ROW_ID } from './row-id.ts';
import { isRowTooLarge } from './row-writes.ts';
import { DEFAULT_MAX_ELEMENT_COUNT, isObject, roundCounter } from './wire-forms.ts';

/** A change as it was sent; its envelope is known to have these types. */
export interface RawChange {
  readonly entityType: string;
  readonly id: string;
  readonly op: ChangeOp;
  readonly baseVersion?: number | undefined;
  readonly data?: RowData | undefined;
  readonly hlc: string;
}

export interface ValidChange {
  readonly entity: EntityDefinition;
  /** As it was sent: `resolveRowId` makes the row's id of it. */
  readonly id: string;
  readonly change: RowChange;
}

export interface ChangeFailure {
  readonly code: ChangeFailureCode;
  /** Names fields and limits, never a value. */
  readonly message: string;
}

type Checked<Value> = Result<Value, ChangeFailure>;

const wrong = (code: ChangeFailureCode, message: string): Checked<never> => fail({ code, message });

/**
 * What can be said of a change without the row that it is for. Its clock is bounded by `nowMs`, `server_derived`
 * fields are left out, elements of sets named twice are once, deltas have six places. Fails with
 * `sync.unknown_entity_type`, `sync.invalid_id`, `sync.invalid_clock`, `sync.unknown_field`, `sync.invalid_data`
 * (also where a new row lacks a required field), `sync.row_too_large`. The same change always answers the same.
 */
export function validateChange(
  schema: SyncSchema,
  raw: RawChange,
  { nowMs }: { readonly nowMs: number },
): Checked<ValidChange> {
  const entity = schema.entities.get(raw.entityType);
  if (entity === undefined) return wrong('sync.unknown_entity_type', 'there is no such entity type');
  if (!isIdOf(entity, raw.id)) {
    return wrong('sync.invalid_id', entity.id === 'me' ? 'the id of this type is `me`' : 'is no id of a row');
  }
  if (!isHlc(raw.hlc)) return wrong('sync.invalid_clock', 'hlc is <13 digits>-<4 hex digits>-<device id>');
  const { baseVersion } = raw;
  if (baseVersion !== undefined && !(Number.isSafeInteger(baseVersion) && baseVersion >= 0)) {
    return wrong('sync.invalid_data', 'baseVersion is a whole number from 0');
  }
  const data = raw.op === 'delete' ? ok({}) : checkData(entity, raw);
  if (!data.ok) return data;
  const change = { op: raw.op, baseVersion, data: data.value, hlc: clampHlc(raw.hlc, nowMs) };
  return ok({ entity, id: raw.id, change });
}

const isIdOf = (entity: EntityDefinition, id: string): boolean =>
  entity.id === 'me' ? id === OWN_ROW_ID : id !== OWN_ROW_ID && ROW_ID.test(id);

function checkData(entity: EntityDefinition, { op, data }: RawChange): Checked<RowData> {
  if (data === undefined) return wrong('sync.invalid_data', 'data is missing');
  const fields = fieldsOf(entity);
  const taken: [string, unknown][] = [];
  for (const [name, sent] of Object.entries(data)) {
    const field = fields.get(name);
    if (field === undefined)
      return wrong('sync.unknown_field', `${entity.type} has no field ${nameOf(name)}`);
    if (field.policy.kind === 'server_derived') continue;
    const value = checkField(name, field, sent);
    if (!value.ok) return value;
    taken.push([name, value.value]);
  }
  const checked = Object.fromEntries(taken);
  const missing = op === 'create' ? missingFields(entity, checked) : [];
  if (missing.length > 0) return wrong('sync.invalid_data', `a new row needs ${missing.join(', ')}`);
  return checkSize(checked);
}

function checkSize(data: RowData): Checked<RowData> {
  try {
    if (!isRowTooLarge(data)) return ok(data);
  } catch (error) {
    if (error instanceof TooDeepError) return wrong('sync.invalid_data', 'is nested too deeply');
    throw error;
  }
  return wrong('sync.row_too_large', `a row has at most ${MAX_ROW_BYTES} bytes`);
}

/** Names of our own are short; what else is sent as one is not repeated. */
const nameOf = (name: string): string => (/^\w{1,64}$/.test(name) ? name : 'of that name');

/** One field in wire form, as it is taken; fails with `sync.invalid_data`. */
export function checkField(name: string, field: FieldDefinition, sent: unknown): Checked<unknown> {
  if (sent === null) {
    return field.required === true ? wrong('sync.invalid_data', `${name} is never null`) : ok(null);
  }
  switch (field.policy.kind) {
    case 'merge_arrays':
      return checkSet(name, field, sent);
    case 'counter':
      return checkCounter(name, field, sent);
    case 'shallow_merge':
      return checkObject(name, field, sent, field.policy.maxCount ?? DEFAULT_MAX_ELEMENT_COUNT);
    default:
      return checkPlain(name, field, sent);
  }
}

function checkPlain(name: string, { schema }: FieldDefinition, sent: unknown): Checked<unknown> {
  const parsed = schema.safeParse(sent);
  return parsed.success ? ok(parsed.data) : wrong('sync.invalid_data', `${name} is not as its schema says`);
}

function checkSet(name: string, field: FieldDefinition, sent: unknown): Checked<unknown> {
  const maxCount =
    (field.policy.kind === 'merge_arrays' ? field.policy.maxCount : undefined) ?? DEFAULT_MAX_ELEMENT_COUNT;
  const checkList = (list: unknown): Checked<readonly unknown[]> => {
    if (!Array.isArray(list) || list.length > maxCount || !list.every((text) => typeof text === 'string')) {
      return wrong('sync.invalid_data', `${name} is a list of at most ${maxCount} texts`);
    }
    const unique = [...new Set(list)];
    const checked = checkPlain(name, field, unique);
    return checked.ok ? ok(unique) : checked;
  };
  if (!isObject(sent)) return checkList(sent);
  if (Object.keys(sent).some((key) => key !== 'add' && key !== 'remove')) {
    return wrong('sync.invalid_data', `${name} is a list, or {add, remove}`);
  }
  const add = checkList(sent['add'] ?? []);
  if (!add.ok) return add;
  const remove = checkList(sent['remove'] ?? []);
  return remove.ok ? ok({ add: add.value, remove: remove.value }) : remove;
}

function checkCounter(name: string, field: FieldDefinition, sent: unknown): Checked<unknown> {
  const isDelta = isObject(sent);
  const amount = isDelta ? sent['delta'] : sent;
  if (typeof amount !== 'number' || (isDelta && Object.keys(sent).length !== 1)) {
    return wrong('sync.invalid_data', `${name} is a number, or {delta}`);
  }
  const rounded = roundCounter(amount);
  // A delta has the size of the counter itself, in both directions.
  const checked = checkPlain(name, field, isDelta ? Math.abs(rounded) : rounded);
  if (!checked.ok) return checked;
  return ok(isDelta ? { delta: rounded } : rounded);
}

/** Null removes a key. */
function checkObject(
  name: string,
  field: FieldDefinition,
  sent: unknown,
  maxCount: number,
): Checked<unknown> {
  if (!isObject(sent) || Object.keys(sent).length > maxCount) {
    return wrong('sync.invalid_data', `${name} is an object of at most ${maxCount} keys`);
  }
  const checked = checkPlain(name, field, applyField(field.policy, {}, sent));
  return checked.ok ? ok(sent) : checked;
}
