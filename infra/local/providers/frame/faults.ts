import type { Answer } from './call.ts';

export const FAULT_KINDS = [
  'lost_token_response',
  'rate_limit',
  'server_error',
  'slow',
  'timeout',
  'truncated',
  'wrong_types',
  'missing_fields',
  'endless_pages',
  'forbidden',
  'duplicate_push',
  'reorder_push',
  'stale_push_timestamp',
  'tampered_push',
  'unsigned_push',
  'keyset_unreachable',
  'inactive',
  'membership',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault that waits for its occasion. */
export interface Fault {
  readonly kind: FaultKind;
  /** Beginning of the path it is for, with or without the origin (`/v2/cycle` or `/api/v2/cycle`). */
  readonly on?: string;
  readonly ms?: number;
  readonly status?: number;
  readonly retryAfterSec?: number;
  /** Name of the field that `wrong_types` and `missing_fields` change; the first fitting one else. */
  readonly field?: string;
}

/** Faults that describe a state of the application: they last until they are cleared, unless a count is given. */
const LASTING: readonly FaultKind[] = ['inactive', 'membership', 'keyset_unreachable', 'endless_pages'];

export interface Faults {
  add(fault: Fault, count: number | undefined): void;
  /**
   * Takes one of this kind, and counts it down. `path` = `/<origin>/<documented path>`. With `onlyNamed`, a fault
   * without `on` is left: addresses without a person (tokens, consent, keys) go wrong only when they are named.
   */
  take(kind: FaultKind, path: string, onlyNamed?: boolean): Fault | undefined;
  waiting(): readonly { readonly kind: FaultKind; readonly left: number | 'until cleared' }[];
  clear(): void;
}

export function createFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = [];
  return {
    add(fault, count) {
      waiting.push({ fault, left: count ?? (LASTING.includes(fault.kind) ? Number.POSITIVE_INFINITY : 1) });
    },
    take(kind, path, onlyNamed = false) {
      const found = waiting.find(
        ({ fault }) => fault.kind === kind && (fault.on !== undefined || !onlyNamed) && isFor(fault, path),
      );
      if (found === undefined) return undefined;
      found.left--;
      if (found.left <= 0) waiting = waiting.filter((entry) => entry !== found);
      return found.fault;
    },
    waiting: () =>
      waiting.map(({ fault, left }) => ({
        kind: fault.kind,
        left: Number.isFinite(left) ? left : 'until cleared',
      })),
    clear() {
      waiting = [];
    },
  };
}

function isFor({ on }: Fault, path: string): boolean {
  if (on === undefined) return true;
  return path.startsWith(on) || path.slice(path.indexOf('/', 1)).startsWith(on);
}

/** The answer with one field of one record spoiled: another type, or gone. Answers without records stay whole. */
export function spoil(answer: Answer, fault: Fault): Answer {
  if (answer.json === undefined) return answer;
  const copy: unknown = structuredClone(answer.json);
  const record = firstRecord(copy);
  if (record !== undefined) spoilField(record, fault);
  return { ...answer, json: copy };
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function firstRecord(value: unknown): Fields | undefined {
  if (Array.isArray(value)) return value.find(isFields);
  if (!isFields(value)) return undefined;
  const list = Object.values(value).find((field) => Array.isArray(field) && field.some(isFields));
  if (list !== undefined) return firstRecord(list);
  for (const field of Object.values(value)) {
    const found = isFields(field) ? firstRecord(field) : undefined;
    if (found !== undefined) return found;
  }
  return value;
}

/** Spoils the named field wherever it is in the record, else the first measured value, else the first field. */
function spoilField(record: Fields, fault: Fault): void {
  const wanted = fault.field;
  const place = findField(record, wanted === undefined ? isMeasured : (name) => name === wanted) ??
    findField(record, (_, value) => typeof value === 'number') ?? {
      owner: record,
      name: Object.keys(record)[0] ?? 'id',
    };
  const value = place.owner[place.name];
  if (fault.kind === 'missing_fields') delete place.owner[place.name];
  else place.owner[place.name] = isNumber(value) ? 'n/a' : { unexpected: true };
}

/** Names of what tells which and when, not how much. */
const NOT_MEASURED =
  /(id|date|day|month|year|time|timestamp|offset|interval|hours|minutes|seconds|start|end)$/i;

const isNumber = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));

const isMeasured = (name: string, value: unknown): boolean => isNumber(value) && !NOT_MEASURED.test(name);

type Fits = (name: string, value: unknown) => boolean;

/** The first field in the order of the record that fits, inner ones included. */
function findField(owner: Fields, fits: Fits): { owner: Fields; name: string } | undefined {
  for (const [name, value] of Object.entries(owner)) {
    if (fits(name, value)) return { owner, name };
    const inner = isFields(value) ? findField(value, fits) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
