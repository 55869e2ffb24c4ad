import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { EpochMs } from '../../core/instants.ts';
import type { Track } from './track.ts';

/**
 * A track as it is stored, version 1: gzip of JSON with each column as differences from the value before, in whole
 * milliseconds, ten-millionths of a degree and tenths of a metre. About 4 bytes a point and column.
 */
const StoredTrack = z.object({
  v: z.literal(1),
  t: z.array(z.int()),
  la: z.array(z.int()),
  lo: z.array(z.int()),
  al: z.array(z.int().nullable()),
});

const DEGREE_PARTS = 10_000_000;
const METRE_PARTS = 10;

/** The same track gives the same bytes, so that its hash can name it. */
export function encodeTrack(track: Track): Uint8Array {
  const stored = {
    v: 1,
    t: toSteps(track.timesMs),
    la: toSteps(track.latitudes.map((value) => Math.round(value * DEGREE_PARTS))),
    lo: toSteps(track.longitudes.map((value) => Math.round(value * DEGREE_PARTS))),
    // Of these each stands for itself: gaps would break a chain of differences.
    al: track.altitudesM.map((value) => (value === null ? null : Math.round(value * METRE_PARTS))),
  };
  return gzipSync(JSON.stringify(stored));
}

/** Throws for bytes that `encodeTrack` did not write. */
export function decodeTrack(bytes: Uint8Array): Track {
  const { t, la, lo, al } = StoredTrack.parse(JSON.parse(gunzipSync(bytes).toString('utf8')));
  return {
    timesMs: fromSteps(t) as EpochMs[],
    latitudes: fromSteps(la).map((value) => value / DEGREE_PARTS),
    longitudes: fromSteps(lo).map((value) => value / DEGREE_PARTS),
    altitudesM: al.map((value) => (value === null ? null : value / METRE_PARTS)),
  };
}

const toSteps = (column: readonly number[]): readonly number[] =>
  column.map((value, index) => value - (column[index - 1] ?? 0));

function fromSteps(steps: readonly number[]): number[] {
  let value = 0;
  return steps.map((step) => {
    value += step;
    return value;
  });
}
