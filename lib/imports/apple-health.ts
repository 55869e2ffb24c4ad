import { SaxesParser } from 'saxes';
import { appleSampleOf } from './apple-health-record.ts';
import { ImportFileError, type ImportItem } from './model.ts';

/**
 * Reads an Apple Health `export.xml` as it streams by: memory does not grow with the file. Records inside a
 * Correlation stand at the top level too and are not read twice (comment in the export's own DTD).
 * Workouts and activity summaries are records of their own kinds, reported as unsupported here.
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

function startParser() {
  const parser = new SaxesParser({ position: true, xmlns: false });
  let items: ImportItem[] = [];
  let correlationDepth = 0;
  let sawRoot = false;
  parser.on('error', (fault) => {
    throw fault;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'HealthData') sawRoot = true;
    if (name === 'Correlation') correlationDepth += 1;
    if (name === 'Record' && correlationDepth === 0) items.push(appleSampleOf(attributes, parser.line));
    if (name === 'Workout' || name === 'ActivitySummary') items.push({ kind: 'unsupported', type: name });
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'Correlation') correlationDepth -= 1;
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
