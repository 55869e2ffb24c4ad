import type { RecordSource } from '../model.ts';

/** Everything that is measured comes from the ring; its generation is not told with the data. */
export const RING: RecordSource = { device: { manufacturer: 'Oura', type: 'ring' } };
