import * as z from 'zod';
import { type EpochMs, SECOND_MS } from '../core/instants.ts';
import { instantOf, LATEST_EPOCH_SEC } from './times.ts';

/** ISO text with `Z` or an offset, from 1970 to 2100, as an instant: sums of it stay dates that exist. */
export const InstantMsField = z
  .string()
  .max(40)
  .transform((text, context): EpochMs => {
    const instantMs = instantOf(text);
    if (instantMs !== undefined && instantMs >= 0 && instantMs <= LATEST_EPOCH_SEC * SECOND_MS) {
      return instantMs;
    }
    context.addIssue({ code: 'custom', message: 'expected an instant' });
    return z.NEVER;
  });
