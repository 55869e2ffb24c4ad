import type { DataType, MapContext } from '../definition.ts';
import { measured, unlessZero } from '../measured.ts';
import type { MappedPage } from '../model.ts';
import { profilePage, profileValues } from '../profile-body.ts';
import { readList } from '../read-list.ts';
import { BodyPayload } from './payloads.ts';

const mapBody = (payload: unknown, context: MapContext): MappedPage =>
  readList([payload], BodyPayload, ({ observed_at, body: told }) =>
    profileValues(observed_at, context, [
      ...measured('weight', unlessZero(told.weight_kilogram), 'kg'),
      ...measured('height', unlessZero(told.height_meter), 'm'),
    ]),
  );

/** Weight and height as the person entered them. */
export const body: DataType = {
  code: 'body_measurement',
  title: 'Weight and height',
  produces: { metrics: ['weight', 'height'], records: [] },
  scopes: ['read:body_measurement'],
  maxWindowDays: 3_650,
  source: {
    kind: 'pull',
    fetchPages: (context) => profilePage(context, '/developer/v2/user/measurement/body'),
  },
  map: mapBody,
};
