import type { RowImage } from '../../../contracts/http/sync.ts';
import { toIso } from '../../core/instants.ts';
import type { StoredRow } from '../model.ts';
import type { ChangeOutcome, WriteResult } from './write-model.ts';

/**
 * Images of rows in one answer: with a thousand outcomes beside them it stays within what a transaction of the
 * ledger (4 MB) takes, and a Lambda (6 MB), on whose way each quote takes two bytes.
 */
const MAX_IMAGE_BYTES = 2_500_000;

/** The answer of a push, in the order of the request; images of rows until it is full. */
export function renderPush(operationId: string, { seq, outcomes, rowOf }: WriteResult): string {
  const of = <Kind extends ChangeOutcome['kind']>(kind: Kind) =>
    outcomes.filter((outcome): outcome is Extract<ChangeOutcome, { kind: Kind }> => outcome.kind === kind);
  let left = MAX_IMAGE_BYTES;
  const imageOf = (row: StoredRow | undefined): string => {
    if (row === undefined) return 'null';
    const image = JSON.stringify(toImage(row));
    const bytes = Buffer.byteLength(image);
    if (bytes > left) return 'null';
    left -= bytes;
    return image;
  };
  const successful = of('successful').map(({ kind: _, ...success }) => JSON.stringify(success));
  const conflicts = of('conflict').map(({ kind: _, version, ...conflict }) => {
    const row = rowOf(conflict.entityType, conflict.id);
    const told = JSON.stringify({ ...conflict, version: row?.state.version ?? version });
    return `${told.slice(0, -1)},"server":${imageOf(row)}}`;
  });
  const failures = of('failed').map(({ kind: _, ...failure }) => JSON.stringify(failure));
  const head = JSON.stringify({ operationId, seq }).slice(0, -1);
  return `${head},"successful":[${successful}],"conflicts":[${conflicts}],"failed":[${failures}]}`;
}

/** A quote within a text is escaped, so this end is that of an answer without conflicts and failures alone. */
const CLEAN_END = ',"conflicts":[],"failed":[]}';

export const statusOfPush = (body: string): 200 | 207 => (body.endsWith(CLEAN_END) ? 200 : 207);

/** A row as devices see it; a tombstone has no data. */
export const toImage = ({ id, state, updatedAtMs }: StoredRow): RowImage => ({
  id,
  version: state.version,
  deleted: state.deleted,
  data: state.deleted ? null : { ...state.data },
  updatedAt: toIso(updatedAtMs),
});
