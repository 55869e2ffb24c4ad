import { MAX_ACTIVITY_COUNT, MAX_LAP_ELEMENT_COUNT, MAX_POINT_COUNT } from '../limits.ts';
import type { XmlReader } from '../xml/walk-xml.ts';

/** Texts by the way to them within the element, as `HeartRateBpm/Value`. */
export type Fields = ReadonlyMap<string, string>;

export interface TcxLap {
  readonly start: string | undefined;
  readonly fields: Fields;
}

/** An `<Activity>` as it is written. */
export interface TcxActivity {
  readonly sport: string | undefined;
  readonly fields: Fields;
  readonly laps: readonly TcxLap[];
  readonly points: readonly Fields[];
}

interface OpenActivity extends TcxActivity {
  readonly fields: Map<string, string>;
  readonly laps: { readonly start: string | undefined; readonly fields: Map<string, string> }[];
  readonly points: Map<string, string>[];
}

/** Elements that have fields of their own, from the outside in. */
type Level = 'Activity' | 'Lap' | 'Trackpoint';
const LEVELS: ReadonlySet<string> = new Set<Level>(['Activity', 'Lap', 'Trackpoint']);
/** They only group what is in them. */
const WRAPPERS: ReadonlySet<string> = new Set(['Track', 'Extensions', 'TPX', 'LX']);
/** Others are not kept. */
const READ: ReadonlySet<string> = new Set([
  'Id',
  'Notes',
  'Creator/Name',
  'Time',
  'Position/LatitudeDegrees',
  'Position/LongitudeDegrees',
  'AltitudeMeters',
  'DistanceMeters',
  'HeartRateBpm/Value',
  'Cadence',
  'RunCadence',
  'Watts',
  'Speed',
  'TotalTimeSeconds',
  'Calories',
  'AverageHeartRateBpm/Value',
  'MaximumHeartRateBpm/Value',
]);

/** Gathers the activities of a TCX file; courses and workouts are not looked at. */
export class TcxReader implements XmlReader {
  readonly #groups: OpenActivity[][] = [];
  readonly #path: string[] = [];
  #isInSession = false;
  #pointCount = 0;
  #activityCount = 0;
  #lapCount = 0;
  #fields: Map<string, string> | undefined;
  #levelDepth = 0;
  readonly #levels: { readonly fields: Map<string, string> | undefined; readonly depth: number }[] = [];

  isFull(): boolean {
    return (
      this.#pointCount > MAX_POINT_COUNT ||
      this.#lapCount > MAX_LAP_ELEMENT_COUNT ||
      this.#activityCount > MAX_ACTIVITY_COUNT
    );
  }

  /** Activities by event: those of a MultiSportSession together, others alone. */
  groups(): readonly (readonly TcxActivity[])[] {
    return this.#groups;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#path.push(name);
    if (name === 'MultiSportSession') {
      this.#isInSession = true;
      this.#groups.push([]);
    }
    if (!LEVELS.has(name)) return;
    const fields = this.#begin(name, attributes);
    if (fields === undefined) return;
    this.#levels.push({ fields: this.#fields, depth: this.#levelDepth });
    this.#fields = fields;
    this.#levelDepth = this.#path.length;
  }

  close(name: string, text: string): void {
    if (LEVELS.has(name) && this.#path.length === this.#levelDepth) {
      const before = this.#levels.pop();
      this.#fields = before?.fields;
      this.#levelDepth = before?.depth ?? 0;
    } else if (text !== '') {
      const way = this.#nameOf();
      if (READ.has(way)) this.#fields?.set(way, text);
    }
    if (name === 'MultiSportSession') this.#isInSession = false;
    this.#path.pop();
  }

  #begin(name: string, attributes: Readonly<Record<string, string>>): Map<string, string> | undefined {
    const fields = new Map<string, string>();
    if (name === 'Activity') {
      const activity = { sport: attributes['Sport'], fields, laps: [], points: [] };
      const group = this.#isInSession ? this.#groups.at(-1) : undefined;
      if (group === undefined) this.#groups.push([activity]);
      else group.push(activity);
      this.#activityCount += 1;
      return fields;
    }
    const activity = this.#fields === undefined ? undefined : this.#groups.at(-1)?.at(-1);
    if (activity === undefined) return undefined;
    if (name === 'Lap') {
      activity.laps.push({ start: attributes['StartTime'], fields });
      this.#lapCount += 1;
    } else {
      activity.points.push(fields);
      this.#pointCount += 1;
    }
    return fields;
  }

  /** The way from the level that is open, without wrappers: `Position/LatitudeDegrees`, `Watts`. */
  #nameOf(): string {
    return this.#path
      .slice(this.#levelDepth)
      .filter((name) => !WRAPPERS.has(name))
      .join('/');
  }
}
