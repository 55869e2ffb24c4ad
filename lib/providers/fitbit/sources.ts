import type { DeviceType } from '../../../contracts/http/ingest-samples.ts';
import { definedFields } from '../../core/defined-fields.ts';
import type { RecordSource } from '../model.ts';
import type { DataSource } from './payloads.ts';

const DEVICE_TYPES: ReadonlyMap<string, DeviceType> = new Map([
  ['FITNESS_BAND', 'band'],
  ['WATCH', 'watch'],
  ['PHONE', 'phone'],
  ['RING', 'ring'],
  ['SCALE', 'scale'],
]);

/** The device and app that a listed point came from. Google's merged stream names none. */
export function sourceOf(dataSource: DataSource | undefined): RecordSource {
  const device = dataSource?.device;
  const app = dataSource?.application?.packageName;
  if (device === undefined) return definedFields({ app });
  return definedFields({
    app,
    device: definedFields({
      manufacturer: device.manufacturer,
      model: device.displayName,
      type: device.formFactor === undefined ? undefined : (DEVICE_TYPES.get(device.formFactor) ?? 'other'),
    }),
  });
}

export const isManual = (dataSource: DataSource | undefined): boolean =>
  dataSource?.recordingMethod === 'MANUAL';
