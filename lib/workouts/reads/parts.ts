import { MINUTE_MS } from '../../core/instants.ts';
import type { Workout } from '../model.ts';

/** Clocks of one source agree, and what a source adds up may end a little before its last part begins. */
const SLACK_MS = 10 * MINUTE_MS;

/**
 * A workout is a part of the one that its source names and in whose time it begins: wholes are then never farther
 * than a workout lasts, so that every range and page knows them.
 */
export const isPartOf = (part: Workout, whole: Workout): boolean =>
  part.parentId === whole.id &&
  part.startMs >= whole.startMs - SLACK_MS &&
  part.startMs <= whole.endMs + SLACK_MS;
