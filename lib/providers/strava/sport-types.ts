import type { WorkoutType } from '../../../contracts/records/workout-types.ts';

/** Strava's `sport_type`. What is not here is `other`, and keeps Strava's word. */
const TYPES: Readonly<Record<string, WorkoutType>> = {
  AlpineSki: 'alpine_skiing',
  BackcountrySki: 'alpine_skiing',
  Badminton: 'badminton',
  Basketball: 'basketball',
  Canoeing: 'kayaking',
  Cricket: 'cricket',
  Crossfit: 'crossfit',
  Dance: 'dancing',
  EBikeRide: 'e_biking',
  Elliptical: 'elliptical',
  EMountainBikeRide: 'e_biking',
  Golf: 'golf',
  GravelRide: 'gravel_cycling',
  Handcycle: 'hand_cycling',
  HighIntensityIntervalTraining: 'hiit',
  Hike: 'hiking',
  IceSkate: 'ice_skating',
  InlineSkate: 'inline_skating',
  Kayaking: 'kayaking',
  MountainBikeRide: 'mountain_biking',
  NordicSki: 'cross_country_skiing',
  Padel: 'padel',
  Pickleball: 'pickleball',
  Pilates: 'pilates',
  Racquetball: 'squash',
  Ride: 'cycling',
  RockClimbing: 'climbing',
  RollerSki: 'cross_country_skiing',
  Rowing: 'rowing',
  Run: 'running',
  Sail: 'sailing',
  Skateboard: 'skateboarding',
  Snowboard: 'snowboarding',
  Snowshoe: 'snowshoeing',
  Soccer: 'soccer',
  Squash: 'squash',
  StairStepper: 'stair_climbing',
  StandUpPaddling: 'stand_up_paddling',
  Surfing: 'surfing',
  Swim: 'swimming',
  TableTennis: 'table_tennis',
  Tennis: 'tennis',
  TrailRun: 'trail_running',
  Velomobile: 'cycling',
  VirtualRide: 'indoor_cycling',
  VirtualRow: 'indoor_rowing',
  VirtualRun: 'treadmill_running',
  Volleyball: 'volleyball',
  Walk: 'walking',
  WeightTraining: 'strength_training',
  Wheelchair: 'wheelchair',
  Yoga: 'yoga',
};

export const workoutTypeOf = (sportType: string): WorkoutType =>
  Object.hasOwn(TYPES, sportType) ? (TYPES[sportType] ?? 'other') : 'other';

/** On foot, Strava counts the turns of one leg: steps are twice as many (providers.md 4.3). */
const ON_FOOT = new Set(['Run', 'TrailRun', 'VirtualRun', 'Walk', 'Hike', 'Snowshoe']);

export const cadenceFactorOf = (sportType: string): 1 | 2 => (ON_FOOT.has(sportType) ? 2 : 1);
