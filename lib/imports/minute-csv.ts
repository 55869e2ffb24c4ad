import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { MINUTE_MS, parseWallClock } from '../core/instants.ts';
import { ImportFileError, type ImportItem, type ImportSource } from './model.ts';

const COLUMNS = ['user_id', 'local_time', 'heart_rate_bpm', 'intensity', 'steps'] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** First line of the files that `readMinuteCsv` reads. */
export const MINUTE_CSV_HEADER = COLUMNS.join(',');

/** The wearers' devices are not named in the data set, only their maker. */
const SOURCE: ImportSource = { provider: 'fitbit', device: { manufacturer: 'Fitbit', type: 'band' } };

/**
 * Reads minutes of heart rate and steps (test/data/fitabase): one heart-rate sample at the minute and one
 * steps interval of that minute per row. Times carry no zone: they are wall clock readings. An empty cell
 * is no data, not 0.
 */
export async function* readMinuteCsv(input: AsyncIterable<Uint8Array>): AsyncGenerator<ImportItem> {
  const rows = Readable.from(input).pipe(
    parse({ columns: [...COLUMNS], from_line: 2, relax_column_count: true, info: true }),
  );
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: Row; info: { lines: number } }>) {
      yield* itemsOf(record, info.lines);
    }
  } catch (cause) {
    throw new ImportFileError(`not a readable CSV file: ${(cause as CsvError).message}`, { cause });
  }
}

function* itemsOf(row: Row, line: number): Generator<ImportItem> {
  const wallMs = parseWallClock(row.local_time ?? '');
  if (wallMs === undefined || !row.user_id) {
    yield {
      kind: 'unreadable',
      row: line,
      reason: wallMs === undefined ? 'local_time is not a time' : 'user_id is missing',
    };
    return;
  }
  const base = { kind: 'sample', owner: row.user_id, row: line, source: SOURCE } as const;
  const start = { wallMs };
  for (const [column, metric, unit] of [
    ['heart_rate_bpm', 'heart_rate', 'bpm'],
    ['steps', 'steps', 'count'],
  ] as const) {
    const text = row[column];
    if (text === undefined || text === '') continue;
    const value = Number(text);
    if (!Number.isFinite(value)) yield { kind: 'unreadable', row: line, reason: `${column} is not a number` };
    else if (metric === 'steps')
      yield { ...base, sample: { metric, start, end: { wallMs: wallMs + MINUTE_MS }, value, unit } };
    else yield { ...base, sample: { metric, start, value, unit } };
  }
}
