import type { EpochMs } from '../../core/instants.ts';

/** A message as the decoder gives it: names of the FIT profile, values of any kind. */
export type FitMessage = Readonly<Record<string, unknown>>;

/** The messages of one part that are read, in the order of the file. */
export interface FitMessages {
  readonly fileId: FitMessage;
  readonly sessions: readonly FitMessage[];
  readonly laps: readonly FitMessage[];
  readonly records: readonly FitMessage[];
  /** When the device closed the file, on its own clock too. */
  readonly activity: FitMessage;
}

export function numberOf(message: FitMessage, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = message[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  }
  return undefined;
}

/** As `numberOf`, of what can only be more than nothing: a device that did not measure writes 0 here. */
export function positiveOf(message: FitMessage, ...names: readonly string[]): number | undefined {
  const value = numberOf(message, ...names);
  return value !== undefined && value > 0 ? value : undefined;
}

/** The decoder gives names where it knows them and numbers where it does not. */
export function wordOf(message: FitMessage, name: string): string | undefined {
  const value = message[name];
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** Times come as objects whose number is the millisecond. */
export function instantOf(message: FitMessage, name: string): EpochMs | undefined {
  const value = message[name];
  const instantMs = typeof value === 'object' && value !== null ? Number(value) : Number.NaN;
  return Number.isFinite(instantMs) ? (instantMs as EpochMs) : undefined;
}
