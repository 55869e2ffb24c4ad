import type { ProviderDefinition } from './definition.ts';
import { fitbit } from './fitbit/fitbit.ts';
import { garmin } from './garmin/garmin.ts';
import { oura } from './oura/oura.ts';
import { polar } from './polar/polar.ts';
import { strava } from './strava/strava.ts';
import { whoop } from './whoop/whoop.ts';
import { withings } from './withings/withings.ts';

/** The providers of this deployment: one line each (docs/add-a-provider.md). */
export const PROVIDERS: readonly ProviderDefinition[] = [
  fitbit,
  garmin,
  strava,
  whoop,
  oura,
  withings,
  polar,
];
