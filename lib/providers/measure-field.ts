import * as z from 'zod';
import { optional } from './payload-fields.ts';

/** Far beyond every quantity, also of a lifetime in milliseconds; sums and products of it stay finite. */
const MAX_MEASURE = 1e13;

/** A measured number that may be absent or null. Bounds of the metric are checked where it is stored. */
export const MeasureField = optional(z.number().min(-MAX_MEASURE).max(MAX_MEASURE));
