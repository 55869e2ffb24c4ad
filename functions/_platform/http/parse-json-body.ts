import type * as z from 'zod';
import { AppError, type FieldFault } from '../../../lib/problems/app-error.ts';
import type { ApiRequest } from './operation.ts';

const JSON_MEDIA_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;
/** More faults than these help nobody, and the answer stays small. */
const MAX_FAULT_COUNT = 50;

/**
 * The JSON of the body, unchecked. `request.body_required` when there is none,
 * `request.unsupported_media_type` when it says it is something else, `request.malformed_json` when it is
 * not UTF-8 JSON.
 */
export function parseJson(request: Pick<ApiRequest, 'body' | 'headers'>): unknown {
  const contentType = request.headers['content-type'];
  if (contentType !== undefined && !JSON_MEDIA_TYPE.test(contentType))
    throw new AppError('request.unsupported_media_type', 'Content-Type is application/json.');
  if (request.body.length === 0) throw new AppError('request.body_required', 'Send a JSON object.');
  try {
    return JSON.parse(decodeUtf8(request.body));
  } catch (error) {
    throw new AppError('request.malformed_json', 'The body is not well-formed UTF-8 JSON.', { cause: error });
  }
}

/** `parseJson`, then `schema`; `request.invalid` lists each fault by JSON pointer and echoes no value. */
export function parseJsonBody<Schema extends z.ZodType>(
  schema: Schema,
  request: Pick<ApiRequest, 'body' | 'headers'>,
): z.output<Schema> {
  return checkShape(schema, parseJson(request), 'The body does not have the documented shape.');
}

/** The query parameters by `schema`; faults as in `parseJsonBody`, under `/query`. */
export function parseQuery<Schema extends z.ZodType>(
  schema: Schema,
  request: Pick<ApiRequest, 'query'>,
): z.output<Schema> {
  return checkShape(schema, request.query, 'The query does not have the documented shape.', '/query');
}

function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  detail: string,
  base = '',
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('request.invalid', detail, { faults: faultsOf(parsed.error, base) });
}

/** Faults as pointer, code and a sentence of ours: zod's own messages may quote what was sent. */
export function faultsOf(error: z.ZodError, base = ''): readonly FieldFault[] {
  return error.issues.slice(0, MAX_FAULT_COUNT).map((issue) => ({
    path: base + issue.path.map((step) => `/${escapePointer(String(step))}`).join(''),
    code: issue.code,
    message: sentenceOf(issue),
  }));
}

/** RFC 6901; names that a caller made up are cut, so that no answer grows with them. */
const escapePointer = (step: string): string => step.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');

function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'invalid_format':
      return formatSentence(issue);
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return 'has fields that are not documented';
    case 'custom':
      return issue.message;
    case 'invalid_union':
      // Of a union told apart by a field, the words that the contract has for it.
      return 'options' in issue && Array.isArray(issue.options)
        ? `one of ${issue.options.map(String).join(', ')}`
        : 'not of the documented shape';
    default:
      return 'not of the documented shape';
  }
}

const FORMAT_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['datetime', '2026-11-21T13:00:00Z'],
  ['date', '2026-11-21'],
]);

/** A contract may say in words what its pattern takes; zod's own words about a pattern begin with `Invalid`. */
function formatSentence({ format, message }: { readonly format: string; readonly message: string }): string {
  if (format === 'regex' && !message.startsWith('Invalid')) return message;
  const example = FORMAT_EXAMPLES.get(format);
  return example === undefined
    ? `not in the format ${format}`
    : `not in the format ${format}, such as ${example}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const decodeUtf8 = (bytes: Uint8Array): string => utf8.decode(bytes);
