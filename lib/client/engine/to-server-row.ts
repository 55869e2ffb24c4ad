import { fromIso } from '../../core/instants.ts';
import type { ServerRow } from '../store/local-store.ts';
import type { WireRow } from './wire.ts';

/** A row of the wire as it is kept. */
export function toServerRow(type: string, image: WireRow, generation: number): ServerRow {
  return {
    type,
    id: image.id,
    version: image.version,
    deleted: image.deleted,
    data: image.deleted ? {} : (image.data ?? {}),
    updatedAtMs: fromIso(image.updatedAt) ?? 0,
    generation,
  };
}
