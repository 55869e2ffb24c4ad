/** Bytes after unpacking: exports of services pack their files, and TCX shrinks to a fifteenth. */
export const MAX_UNPACKED_BYTES = 60_000_000;
/** Two days of a point each second, the longest workout there is (lib/records/limits.ts), and then some. */
export const MAX_POINT_COUNT = 200_000;
/** Points, laps, sessions and the definitions among them. */
export const MAX_FIT_FRAME_COUNT = 300_000;
/** Of the messages that are read; one of a bike computer has about 20. Bounds what a hostile file unfolds to. */
export const MAX_FIT_VALUE_COUNT = 6_000_000;
/** A multi-sport event has ten parts; a chained file or a GPX of several tracks a few more. */
export const MAX_ACTIVITY_COUNT = 50;
/** As MAX_LAP_COUNT of the records. */
export const MAX_LAPS_KEPT = 200;
/** Of a whole TCX file; one lap a minute for two days is 2,880. */
export const MAX_LAP_ELEMENT_COUNT = 10_000;
/** TCX needs 12, GPX with extensions 9. */
export const MAX_XML_DEPTH = 40;
export const MAX_XML_ATTRIBUTES = 40;
/** Of one text; the longest that is read is a title. */
export const MAX_XML_TEXT_CHARS = 100_000;
/** A point before the start or later than this behind it belongs to no activity: the records' own limit. */
export const MAX_ACTIVITY_HOURS = 48;
/** Receivers tell no height outside this: the Dead Sea is at -430 m, airliners stay below 13,000 m. */
export const ALTITUDE_BOUNDS_M = [-500, 15_000] as const;
/** Rises smaller than this are a barometer's or receiver's noise and do not count as gain. */
export const MIN_RISE_M = 3;
/** Faster than anybody climbs on foot, on wheels or on a ski lift: more is a sensor that found its height. */
export const MAX_CLIMB_MPS = 12;
