import type { Entity } from '../../../contracts/http/entities.ts';
import { toIso } from '../../core/instants.ts';
import type { StoredRow } from '../model.ts';

export const toEntity = ({ type, id, state, updatedAtMs }: StoredRow): Entity => ({
  id,
  entityType: type,
  version: state.version,
  updatedAt: toIso(updatedAtMs),
  data: { ...state.data },
});

/** A strong validator: a version is written once. */
export const tagOfVersion = (version: number): string => `"${version}"`;
