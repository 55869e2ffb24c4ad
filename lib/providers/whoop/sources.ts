import type { RecordSource } from '../model.ts';

/** Everything that is measured comes from the strap; the API does not say which generation. */
export const STRAP: RecordSource = { device: { manufacturer: 'WHOOP', type: 'band' } };
