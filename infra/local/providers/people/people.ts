/** Somebody with an account at a simulated cloud. The values are averages that the days vary around. */
export interface Person {
  readonly name: string;
  readonly zone: string;
  readonly restingHeartRate: number;
  readonly dailySteps: number;
  readonly weightKg: number;
  readonly heightM: number;
  readonly vo2Max: number;
  /** Minutes after local midnight; beyond 1,440 is past midnight. */
  readonly bedtimeMinute: number;
  readonly sleepMin: number;
  /** Share of the days on which the device was worn. */
  readonly wear: number;
  readonly workout: 'run' | 'ride' | 'walk' | 'none';
  /** Days of the week with a workout, 0 = Sunday. */
  readonly workoutDays: readonly number[];
  /** Every other week is slept by day. */
  readonly nights: boolean;
  /** Minutes come from the recorded ones, where the cloud has minutes and the recording is there. */
  readonly recorded: boolean;
}

const PEOPLE: readonly Person[] = [
  {
    name: 'runner',
    zone: 'Europe/Berlin',
    restingHeartRate: 49,
    dailySteps: 12_400,
    weightKg: 68.4,
    heightM: 1.78,
    vo2Max: 54,
    bedtimeMinute: 1360,
    sleepMin: 455,
    wear: 1,
    workout: 'run',
    workoutDays: [0, 1, 3, 5],
    nights: false,
    recorded: true,
  },
  {
    name: 'cyclist',
    zone: 'America/New_York',
    restingHeartRate: 53,
    dailySteps: 8_100,
    weightKg: 76.2,
    heightM: 1.84,
    vo2Max: 51,
    bedtimeMinute: 1395,
    sleepMin: 430,
    wear: 0.97,
    workout: 'ride',
    workoutDays: [2, 4, 6],
    nights: false,
    recorded: false,
  },
  {
    name: 'shift_worker',
    zone: 'Asia/Tokyo',
    restingHeartRate: 64,
    dailySteps: 9_300,
    weightKg: 71.8,
    heightM: 1.69,
    vo2Max: 41,
    bedtimeMinute: 1380,
    sleepMin: 385,
    wear: 0.93,
    workout: 'walk',
    workoutDays: [1, 4],
    nights: true,
    recorded: false,
  },
  {
    name: 'sparse',
    zone: 'Australia/Adelaide',
    restingHeartRate: 70,
    dailySteps: 5_200,
    weightKg: 83.1,
    heightM: 1.73,
    vo2Max: 36,
    bedtimeMinute: 1425,
    sleepMin: 405,
    wear: 0.3,
    workout: 'walk',
    workoutDays: [6],
    nights: false,
    recorded: false,
  },
  {
    name: 'newcomer',
    zone: 'Europe/Lisbon',
    restingHeartRate: 66,
    dailySteps: 6_000,
    weightKg: 70,
    heightM: 1.7,
    vo2Max: 40,
    bedtimeMinute: 1400,
    sleepMin: 420,
    wear: 0,
    workout: 'none',
    workoutDays: [],
    nights: false,
    recorded: false,
  },
];

/** The people who live at every cloud: same roles, different accounts and values. */
export const everyone = (): readonly Person[] => PEOPLE;
