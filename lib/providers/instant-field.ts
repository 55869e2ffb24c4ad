import * as z from 'zod';
import { type EpochMs, SECOND_MS } from '../core/instants.ts';
import { instantOf, LATEST_EPOCH_SEC, namedOffsetMinutes } from './times.ts';

const isInRange = (instantMs: EpochMs | undefined): instantMs is EpochMs =>
  instantMs !== undefined && instantMs >= 0 && instantMs <= LATEST_EPOCH_SEC * SECOND_MS;

/** ISO text with `Z` or an offset, from 1970 to 2100, as an instant: sums of it stay dates that exist. */
export const InstantMsField = z
  .string()
  .max(40)
  .transform((text, context): EpochMs => {
    const instantMs = instantOf(text);
    if (isInRange(instantMs)) return instantMs;
    context.addIssue({ code: 'custom', message: 'expected an instant' });
    return z.NEVER;
  });

/** The same, with the offset of the wearer's clock where the text names one. */
export const LocalInstantField = z
  .string()
  .max(40)
  .transform((text, context): { readonly atMs: EpochMs; readonly offsetMinutes: number | undefined } => {
    const atMs = instantOf(text);
    if (isInRange(atMs)) return { atMs, offsetMinutes: namedOffsetMinutes(text) };
    context.addIssue({ code: 'custom', message: 'expected an instant' });
    return z.NEVER;
  });
