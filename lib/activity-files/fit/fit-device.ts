import {
  getFitGarminProductDisplayName,
  getFitGarminProductName,
  getFitManufacturerName,
} from 'fit-file-parser';
import type { RecordSource } from '../../providers/model.ts';
import { type FitMessage, wordOf } from './fit-message.ts';

const MAX_NAME_CHARS = 100;
/** How Garmin's product names begin, by what they are worn on; others are of no known type. */
const WATCH =
  /^(fr\d|forerunner|fenix|vivo|venu|epix|instinct|enduro|marq|tactix|descent|d2|quatix|swim|approach|lily)/;
const BIKE_COMPUTER = /^edge/;

/** What recorded: maker and model as the file names them. */
export function sourceOf(fileId: FitMessage): RecordSource {
  const maker = wordOf(fileId, 'manufacturer');
  const manufacturer = maker === undefined ? undefined : (getFitManufacturerName(maker) ?? maker);
  const product = wordOf(fileId, 'product');
  const isGarmin = manufacturer === 'garmin';
  const name = (isGarmin && product !== undefined ? getFitGarminProductName(Number(product)) : null) ?? '';
  const shown = isGarmin && product !== undefined ? getFitGarminProductDisplayName(Number(product)) : null;
  const model = shown ?? wordOf(fileId, 'product_name');
  const type = WATCH.test(name) ? 'watch' : BIKE_COMPUTER.test(name) ? 'other' : undefined;
  const device = {
    ...(manufacturer === undefined ? {} : { manufacturer: manufacturer.slice(0, MAX_NAME_CHARS) }),
    ...(model === undefined ? {} : { model: model.slice(0, MAX_NAME_CHARS) }),
    ...(type === undefined ? {} : ({ type } as const)),
  };
  return Object.keys(device).length > 0 ? { device } : {};
}
