import type { DataType, MapContext } from '../../providers/definition.ts';
import type { MappedPage } from '../../providers/model.ts';
import { isMistake } from './judge-fault.ts';

/**
 * A mapping promises not to throw; where it does all the same, the page is set aside like any other it cannot
 * read, and `onMistake` is told. What is no mistake of the mapping is thrown on.
 */
export function mapPage(
  type: Pick<DataType, 'map'>,
  payload: unknown,
  context: MapContext,
  onMistake: (error: Error) => void,
): MappedPage {
  try {
    return type.map(payload, context);
  } catch (error) {
    if (!isMistake(error)) throw error;
    onMistake(error);
    return { records: [], unreadable: [{ index: -1, reason: 'the mapping failed' }], fetchedCount: 1 };
  }
}
