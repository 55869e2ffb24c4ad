import { canonicalJson } from '../../core/canonical-json.ts';
import { uuidOf } from './row-id.ts';

/**
 * The id of the operation that pushes `changes`: a UUID v8 over all that is sent, request ids and payload. The
 * same changes sent again are the same operation (SYN5); one that was rebased, whose base version or data are
 * others, is another, so that no stored answer of the one before is taken for its own.
 */
export const operationIdOf = (changes: readonly object[]): string => uuidOf(canonicalJson(changes));
