import { canonicalJson } from '../../core/canonical-json.ts';
import type { ElementStamps, Hlc } from './row.ts';

/** A field as it is stored. */
export interface FieldState {
  readonly value: unknown;
  /** Undefined: it was never written. */
  readonly hlc: Hlc | undefined;
  readonly elements: ElementStamps | undefined;
}

/** A write as one field sees it. */
export interface FieldWrite {
  readonly hlc: Hlc;
  /** Nothing came in between: the writer's base has the last write of the field. */
  readonly isKnown: boolean;
  /** Known, or the last write was an earlier one of the same device. */
  readonly isCausal: boolean;
  readonly isCreate: boolean;
  /** Removed elements with a clock before this are forgotten. */
  readonly horizonMs: number;
}

export type FieldMerge =
  /** What is stored stands, its clock too. */
  | { readonly kind: 'kept' }
  /** This very write is in it already. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'taken'; readonly state: FieldState }
  | { readonly kind: 'refused'; readonly why: 'delta_required' | 'too_many' };

export const KEPT: FieldMerge = { kind: 'kept' };

/** Two writes with one clock, which no well-behaved device makes: some order, and everywhere the same. */
export const isGreater = (left: unknown, right: unknown): boolean =>
  canonicalJson(left) > canonicalJson(right);
