import { FITBIT } from './fitbit/cloud.ts';
import type { CloudMaker } from './frame/cloud.ts';
import { GARMIN } from './garmin/cloud.ts';
import { OURA } from './oura/cloud.ts';
import { POLAR } from './polar/cloud.ts';
import { STRAVA } from './strava/cloud.ts';
import { WHOOP } from './whoop/cloud.ts';
import { WITHINGS } from './withings/cloud.ts';

/** The clouds that the simulator plays: one line each. */
export const CLOUDS: readonly CloudMaker[] = [FITBIT, GARMIN, STRAVA, WHOOP, OURA, WITHINGS, POLAR];
