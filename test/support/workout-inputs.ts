/** 2026-11-21T12:00:00Z */
const LAST_MS = 1_795_262_400_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A workout of a batch, an hour long; the number makes id, day and distance. */
export const workoutInput = (index: number, parts: Readonly<Record<string, unknown>> = {}) => ({
  externalId: `w${index}`,
  type: 'running',
  start: new Date(LAST_MS - (index + 1) * DAY_MS).toISOString(),
  end: new Date(LAST_MS - (index + 1) * DAY_MS + HOUR_MS).toISOString(),
  distanceM: 1_000 + index,
  ...parts,
});

export const workoutInputs = (count: number, parts?: Readonly<Record<string, unknown>>) =>
  Array.from({ length: count }, (_, index) => workoutInput(index, parts));
