import { MAX_ACTIVITY_COUNT, MAX_POINT_COUNT } from '../limits.ts';
import type { XmlReader } from '../xml/walk-xml.ts';

/** The texts of a point by element name, extensions included; `lat` and `lon` are its attributes. */
export type PointFields = ReadonlyMap<string, string>;

/** A `<trk>`: segments of points, between which the recording was off. */
export interface GpxTrack {
  readonly name: string | undefined;
  readonly type: string | undefined;
  readonly segments: readonly (readonly PointFields[])[];
}

interface OpenTrack {
  name: string | undefined;
  type: string | undefined;
  readonly segments: Map<string, string>[][];
}

/** GPX 1.1 and the extensions of Garmin (TrackPointExtension) and others, which use the same names. */
const READ: ReadonlySet<string> = new Set(['ele', 'time', 'hr', 'cad', 'power', 'PowerInWatts', 'speed']);

/** Gathers the tracks of a GPX file; waypoints and routes are not looked at. */
export class GpxReader implements XmlReader {
  readonly tracks: OpenTrack[] = [];
  creator: string | undefined;
  #point: Map<string, string> | undefined;
  #pointCount = 0;
  /** Names of the elements that are open. */
  readonly #path: string[] = [];

  isFull(): boolean {
    return this.#pointCount > MAX_POINT_COUNT || this.tracks.length > MAX_ACTIVITY_COUNT;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#path.push(name);
    const track = this.tracks.at(-1);
    if (name === 'gpx') this.creator = attributes['creator'];
    else if (name === 'trk') this.tracks.push({ name: undefined, type: undefined, segments: [] });
    else if (name === 'trkseg') {
      track?.segments.push([]);
      // An empty one takes memory as a point does.
      this.#pointCount += 1;
    } else if (name === 'trkpt') {
      this.#point = new Map();
      if (attributes['lat'] !== undefined) this.#point.set('lat', attributes['lat']);
      if (attributes['lon'] !== undefined) this.#point.set('lon', attributes['lon']);
      track?.segments.at(-1)?.push(this.#point);
      this.#pointCount += 1;
    }
  }

  close(name: string, text: string): void {
    this.#path.pop();
    if (name === 'trkpt') this.#point = undefined;
    else if (this.#point !== undefined) {
      if (text !== '' && READ.has(name)) this.#point.set(name, text);
    } else if (this.#path.at(-1) === 'trk' && text !== '') {
      const track = this.tracks.at(-1);
      if (track !== undefined && name === 'name') track.name = text;
      if (track !== undefined && name === 'type') track.type = text;
    }
  }
}
