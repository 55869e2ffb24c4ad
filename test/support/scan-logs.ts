import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { METRICS } from '../../contracts/metrics/catalog.ts';

/** What must not be in a log, with a name under which a find is reported: the thing itself is not repeated. */
export interface LogSecret {
  readonly name: string;
  readonly value: string;
}

/** Every secret, code and token that the simulated clouds give out begins with this. */
const SIMULATED = /sim_[0-9a-f]{8}/;
/** `Authorization` values, in whatever field they are. */
const CREDENTIAL = /\b(?:Bearer|Basic) [\w+/=.-]{16}/;
/** A figure under the name of a metric, or as the value of something. */
const FIGURE = /"(\w{1,60})"\s?:\s?"?-?\d/g;
/** Shorter ones would be found by chance: `1`, a day, a status. */
const LEAST_CHARS = 6;

/**
 * Every line below `directory` (a local cloud's logs) that holds one of the secrets, anything of the simulated
 * clouds' making, or a credential; as `file:line: name`. An empty list means that nothing was found in
 * logs that were there: it throws when there is not a single line to read.
 */
export async function scanLogs(directory: string, secrets: readonly LogSecret[]): Promise<readonly string[]> {
  const tooShort = secrets.find(({ value }) => value.length < LEAST_CHARS);
  if (tooShort !== undefined) throw new Error(`${tooShort.name} is too short to be looked for`);
  const files = (await readdir(directory)).filter((name) => name.endsWith('.log')).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')));
  if (texts.every((text) => text === '')) throw new Error(`there are no logs in ${directory}`);
  return texts.flatMap((text, index) => scanText(files[index] ?? '', text, secrets));
}

/** The same for one text, such as what a process printed. */
export function scanText(name: string, text: string, secrets: readonly LogSecret[]): readonly string[] {
  const found: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    for (const what of whatIsIn(line, secrets)) found.push(`${name}:${index + 1}: ${what}`);
  }
  return found;
}

function whatIsIn(line: string, secrets: readonly LogSecret[]): readonly string[] {
  return [
    ...(SIMULATED.test(line) ? ['a secret of the simulated clouds'] : []),
    ...(CREDENTIAL.test(line) ? ['a credential'] : []),
    ...[...line.matchAll(FIGURE)].flatMap(([, field = '']) =>
      isMeasure(field) ? [`a value of ${field}`] : [],
    ),
    ...secrets.filter(({ value }) => hasWord(line, value)).map(({ name }) => name),
  ];
}

const isMeasure = (field: string): boolean => field === 'value' || METRICS.has(field);

/** As a word of its own: a number within a longer one is another number. */
function hasWord(line: string, value: string): boolean {
  for (let at = line.indexOf(value); at >= 0; at = line.indexOf(value, at + 1)) {
    const [before = '', after = ''] = [line[at - 1], line[at + value.length]];
    if (!/[0-9A-Za-z]/.test(before) && !/[0-9A-Za-z]/.test(after)) return true;
  }
  return false;
}

/** Every text and number within that is long enough to be known again. */
export function secretsWithin(name: string, value: unknown): readonly LogSecret[] {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value);
    return isTelling(text) ? [{ name, value: text }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretsWithin(`${name}.${key}`, inner));
}

/** Numbers of few digits are also durations and counts. */
const isTelling = (text: string): boolean =>
  text.length >= LEAST_CHARS && (!/^\d+$/.test(text) || text.length > LEAST_CHARS);
