import type { DataType, MapContext } from '../definition.ts';
import { measured, unlessZero } from '../measured.ts';
import type { MappedPage } from '../model.ts';
import { profilePage, profileValues } from '../profile-body.ts';
import { readList } from '../read-list.ts';
import { ProfilePayload } from './payloads.ts';

const mapProfile = (payload: unknown, context: MapContext): MappedPage =>
  readList([payload], ProfilePayload, ({ observed_at, body }) =>
    profileValues(observed_at, context, [
      ...measured('weight', unlessZero(body.weight), 'kg'),
      ...measured('height', unlessZero(body.height), 'm'),
    ]),
  );

/** Weight and height as the person entered them. */
export const profile: DataType = {
  code: 'personal_info',
  title: 'Weight and height',
  produces: { metrics: ['weight', 'height'], records: [] },
  scopes: ['personal'],
  maxWindowDays: 3_650,
  source: {
    kind: 'pull',
    fetchPages: (context) => profilePage(context, '/v2/usercollection/personal_info'),
  },
  map: mapProfile,
};
