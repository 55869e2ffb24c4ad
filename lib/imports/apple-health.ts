import { SaxesParser } from 'saxes';
import { appleSampleOf } from './apple-health-record.ts';
import { appleWorkoutOf, type OpenWorkout } from './apple-health-workout.ts';
import { ImportFileError, type ImportItem } from './model.ts';

/**
 * Reads an Apple Health `export.xml` as it streams by: memory does not grow with the file. Records inside a
 * Correlation stand at the top level too and are not read twice (comment in the export's own DTD).
 * A workout is told by its end, with the statistics of the whole; those of its parts are left out, and so are
 * activity summaries, which are unsupported.
 */
export async function* readAppleHealth(input: AsyncIterable<Uint8Array>): AsyncGenerator<ImportItem> {
  const decoder = new TextDecoder('utf-8', { fatal: false });
  const parsing = startParser();
  try {
    for await (const chunk of input) {
      parsing.parser.write(decoder.decode(chunk, { stream: true }));
      yield* parsing.take();
    }
    parsing.parser.write(decoder.decode()).close();
  } catch (cause) {
    if (cause instanceof ImportFileError) throw cause;
    throw new ImportFileError(`the XML is damaged: ${cause instanceof Error ? cause.message : 'unknown'}`, {
      cause,
    });
  }
  yield* parsing.take();
  if (!parsing.sawRoot()) throw new ImportFileError('there is no HealthData element in this file');
}

/** A workout has few of either; more than these are not kept. */
const MAX_NOTED_COUNT = 100;

function note(workout: OpenWorkout, name: string, attributes: Readonly<Record<string, string>>): void {
  const { metadata, statistics } = workout;
  if (metadata.size + statistics.size >= MAX_NOTED_COUNT) return;
  if (name === 'MetadataEntry') metadata.set(attributes['key'] ?? '', attributes['value'] ?? '');
  if (name === 'WorkoutStatistics') statistics.set(attributes['type'] ?? '', attributes);
}

function startParser() {
  const parser = new SaxesParser({ position: true, xmlns: false });
  let items: ImportItem[] = [];
  let correlationDepth = 0;
  let workout: OpenWorkout | undefined;
  let partDepth = 0;
  let sawRoot = false;
  parser.on('error', (fault) => {
    throw fault;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'HealthData') sawRoot = true;
    if (name === 'Correlation') correlationDepth += 1;
    if (name === 'Record' && correlationDepth === 0) items.push(appleSampleOf(attributes, parser.line));
    if (name === 'ActivitySummary') items.push({ kind: 'unsupported', type: name });
    if (name === 'Workout')
      workout = { attributes, row: parser.line, metadata: new Map(), statistics: new Map() };
    if (name === 'WorkoutActivity' || name === 'WorkoutEvent') partDepth += 1;
    if (workout !== undefined && partDepth === 0) note(workout, name, attributes);
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'Correlation') correlationDepth -= 1;
    if (name === 'WorkoutActivity' || name === 'WorkoutEvent') partDepth -= 1;
    if (name !== 'Workout' || workout === undefined) return;
    items.push(appleWorkoutOf(workout));
    workout = undefined;
  });
  return {
    parser,
    sawRoot: () => sawRoot,
    take: (): readonly ImportItem[] => {
      const taken = items;
      items = [];
      return taken;
    },
  };
}
