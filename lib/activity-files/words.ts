import { WORKOUT_TYPES, type WorkoutType } from '../../contracts/records/workout-types.ts';

/**
 * A sport in the words of TCX and GPX files: `Biking`, `trail_running`, `Morning Hike`s type. Services write their own
 * words into GPX (Strava old numbers, Garmin its own names); what is not known is `other`.
 */
export function wordToType(word: string): WorkoutType {
  const key = word
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  if (Object.hasOwn(WORKOUT_TYPES, key)) return key as WorkoutType;
  return WORDS.get(key) ?? 'other';
}

const WORDS: ReadonlyMap<string, WorkoutType> = new Map(
  Object.entries({
    biking: 'cycling',
    bike: 'cycling',
    bicycle: 'cycling',
    ride: 'cycling',
    road_biking: 'road_cycling',
    mountain_bike_ride: 'mountain_biking',
    mtb: 'mountain_biking',
    gravel_ride: 'gravel_cycling',
    virtual_ride: 'indoor_cycling',
    virtualride: 'indoor_cycling',
    e_bike_ride: 'e_biking',
    ebikeride: 'e_biking',
    run: 'running',
    trail_run: 'trail_running',
    trailrun: 'trail_running',
    virtual_run: 'treadmill_running',
    walk: 'walking',
    hike: 'hiking',
    swim: 'swimming',
    lap_swimming: 'pool_swimming',
    open_water: 'open_water_swimming',
    row: 'rowing',
    kayak: 'kayaking',
    canoeing: 'kayaking',
    sail: 'sailing',
    skiing: 'alpine_skiing',
    backcountry_skiing: 'cross_country_skiing',
    nordic_ski: 'cross_country_skiing',
    nordicski: 'cross_country_skiing',
    alpine_ski: 'alpine_skiing',
    alpineski: 'alpine_skiing',
    snowboard: 'snowboarding',
    snowshoe: 'snowshoeing',
    ice_skate: 'ice_skating',
    inline_skate: 'inline_skating',
    transition: 'transition',
    // Strava's GPX names the sport by its old number (help page "Exporting your data", read 2026-11-20).
    '1': 'cycling',
    '4': 'hiking',
    '9': 'running',
    '10': 'walking',
    '16': 'swimming',
  } satisfies Readonly<Record<string, WorkoutType>>),
);
