import type { StageOfNight } from '../../../../../contracts/http/sleep.ts';

export type Stage = StageOfNight['stage'];

/** Lanes of a hypnogram from the lightest to the deepest, each a colour of the page. */
export const LANES = [
  { lane: 'awake', title: 'awake' },
  { lane: 'rem', title: 'REM' },
  { lane: 'light', title: 'light' },
  { lane: 'deep', title: 'deep' },
  { lane: 'asleep', title: 'asleep' },
] as const;
export type Lane = (typeof LANES)[number]['lane'];

/** Who is up is awake. */
export const laneOf = (stage: Stage): Lane => (stage === 'out_of_bed' ? 'awake' : stage);
