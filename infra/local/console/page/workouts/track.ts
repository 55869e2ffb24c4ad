import type { WorkoutTrackAnswer } from '../../../../../contracts/http/activity-imports.ts';
import { number } from '../elements.ts';
import { drawing, picture, scale, widthOf } from '../svg.ts';

/** More than these a screen does not show. */
export const TRACK_POINT_COUNT = 400;
const MAX_HEIGHT = 300;
const MIN_HEIGHT = 120;
const MARGIN = 10;

type Points = WorkoutTrackAnswer['points'];

/**
 * Draws the way as a line, north up, degrees of longitude as short as they are there: a picture of the shape,
 * without a map. A way over the antimeridian goes on at the same side.
 */
export function drawTrack(container: HTMLElement, track: WorkoutTrackAnswer): void {
  const places = toPlane(track.points);
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, right, low, high] = [least(xs), most(xs), least(ys), most(ys)];
  const width = widthOf(container);
  const inner = width - 2 * MARGIN;
  const wanted = right > left ? ((high - low) / (right - left)) * inner : MAX_HEIGHT;
  const height = Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, wanted)) + 2 * MARGIN;
  const perUnit = Math.min(
    right > left ? inner / (right - left) : Number.POSITIVE_INFINITY,
    high > low ? (height - 2 * MARGIN) / (high - low) : Number.POSITIVE_INFINITY,
  );
  const reach = Number.isFinite(perUnit) ? perUnit : 0;
  const x = scale(
    [0, 1],
    [width / 2 - (reach * (left + right)) / 2, width / 2 - (reach * (left + right)) / 2 + reach],
  );
  const y = scale(
    [0, 1],
    [height / 2 + (reach * (low + high)) / 2, height / 2 + (reach * (low + high)) / 2 - reach],
  );
  const pixels = places.map(([east, north]) => [x(east), y(north)] as const);
  const line = drawing('polyline', {
    class: 'way',
    points: pixels.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' '),
  });
  const label = `Track of ${number(track.pointCount)} points, ${number(places.length)} of them drawn`;
  const ends = [end(pixels[0], 'start'), end(pixels.at(-1), 'end')].flat();
  container.replaceChildren(picture({ width, height }, label, line, ...ends));
}

function end(pixel: readonly [number, number] | undefined, which: 'start' | 'end'): readonly SVGElement[] {
  if (pixel === undefined) return [];
  const [cx, cy] = pixel;
  return [drawing('circle', { class: `way-${which}`, cx, cy, r: 4.5 }, drawing('title', {}, which))];
}

/** East and north in degrees of latitude, from the first point on. */
function toPlane({ latitudes, longitudes }: Points): readonly (readonly [number, number])[] {
  const [first = 0] = longitudes;
  const middle = (least(latitudes) + most(latitudes)) / 2;
  const shrink = Math.cos((middle * Math.PI) / 180);
  return latitudes.map((latitude, index) => {
    const away = (longitudes[index] ?? first) - first;
    const near = away > 180 ? away - 360 : away < -180 ? away + 360 : away;
    return [near * shrink, latitude] as const;
  });
}

const least = (values: readonly number[]): number => Math.min(...values);
const most = (values: readonly number[]): number => Math.max(...values);
