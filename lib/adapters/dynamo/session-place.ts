import { type EpochMs, fromIso, toIso } from '../../core/instants.ts';
import type { SessionPlace } from '../../impact/model.ts';

/** `<start as ISO>#<sessionId>`: the text order is the order of time. */
export const sessionPlaceName = ({ startedAtMs, sessionId }: SessionPlace): string =>
  `${toIso(startedAtMs)}#${sessionId}`;

export function parseSessionPlace(name: string): SessionPlace {
  const [start = '', sessionId = ''] = name.split('#');
  const startedAtMs = fromIso(start);
  if (startedAtMs === undefined) throw new Error('stored name has no start of a session');
  return { startedAtMs, sessionId };
}

/** Bounds of the places of sessions that began in [fromMs, toMs]: ids are of `0-9a-z-`, `~` sorts behind them. */
export const placesBetween = (fromMs: EpochMs, toMs: EpochMs) => ({
  from: toIso(fromMs),
  to: `${toIso(toMs)}#~`,
});
