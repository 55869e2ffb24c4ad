import type { NightSetAsideReason } from '../../contracts/http/sleep.ts';
import type { SLEEP_STAGES } from '../../contracts/metrics/sleep.ts';
import type { LocalDate } from '../core/instants.ts';
import type { ProjectionRow } from '../projections/model.ts';
import type { SleepRecord } from '../providers/model.ts';
import type { Source, SourceId } from '../samples/model.ts';

export type SleepStage = (typeof SLEEP_STAGES)[number];
/** `in_bed` is a container and no stage of its own. */
export type ToldStage = Exclude<SleepStage, 'in_bed'>;

/** Half-open, in epoch milliseconds. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export interface StageSpan extends Span {
  readonly stage: ToldStage;
}

/** One sample of `sleep_stage`. */
export interface StageSample extends Span {
  readonly stage: SleepStage;
  /** Minutes east of UTC on the wearer's clock at the start. */
  readonly offsetMinutes: number;
}

/** A provider's record of one night or nap. */
export interface SleepSession extends Span {
  readonly recordId: string;
  readonly offsetMinutes: number | undefined;
  /** The provider's date of waking up. */
  readonly date: LocalDate;
  readonly isNap: boolean;
  /** In order, without overlap, within the session. */
  readonly stages: readonly {
    readonly stage: SleepStage;
    readonly startMs: number;
    readonly endMs: number;
  }[];
  readonly totals: SleepRecord['totals'];
}

/** All that one source tells within the dates of a night. */
export interface SourceSleep {
  readonly source: Source;
  readonly samples: readonly StageSample[];
  readonly sessions: readonly SleepSession[];
}

/** Time by stage in milliseconds; null: the source does not tell. */
export interface StageTimes {
  readonly rem: number | null;
  readonly deep: number | null;
  readonly light: number | null;
  /** Asleep without saying how. */
  readonly unspecified: number | null;
  readonly awake: number | null;
}

/** One sleep as one source tells it. */
export interface SleepCluster extends Span {
  readonly source: Source;
  /** In order, without overlap; empty when the source tells totals alone. */
  readonly stages: readonly StageSpan[];
  /** Falling asleep to waking up; undefined when the source tells time in bed alone. */
  readonly asleep: Span | undefined;
  readonly bed: (Span & { readonly lengthMs: number }) | undefined;
  readonly times: StageTimes;
  /** Null when nobody says. */
  readonly totalMs: number | null;
  readonly latencyMs: number | null;
  readonly wakeCount: number | null;
  /** 0 to 1: the share of the sleep that stages or totals account for. */
  readonly coverage: number;
  readonly isNap: boolean;
  /** It went on for longer than a day and was cut. */
  readonly isCut: boolean;
  /** On the wearer's clock at the end. */
  readonly offsetMinutes: number | undefined;
  /** Whose night it is, if it is one; and the date on which it ends, whose nap it is if it is one. */
  readonly night: LocalDate;
  readonly endDate: LocalDate;
  /** Whether the midpoint lies between 10:00 and 20:00. */
  readonly isDaytime: boolean;
}

export interface SetAside extends Span {
  readonly sourceId: SourceId;
  readonly reason: NightSetAsideReason;
}

export interface NapFigures extends Span {
  readonly sourceId: SourceId;
  readonly totalMs: number | null;
  readonly times: StageTimes;
  readonly zoneOffsetMinutes: number | null;
}

export interface MainFigures {
  readonly sourceId: SourceId;
  readonly asleep: Span | null;
  readonly bed: (Span & { readonly lengthMs: number }) | null;
  readonly totalMs: number | null;
  readonly times: StageTimes;
  readonly latencyMs: number | null;
  readonly wakeCount: number | null;
  readonly coverage: number;
  readonly zoneOffsetMinutes: number | null;
}

/** What a stored night says. The stages are not stored: they are read with the one night that is asked for. */
export interface NightFigures {
  /** Sources that tell anything of this night or its naps; 0: there is no data. */
  readonly count: number;
  readonly main: MainFigures | null;
  readonly naps: readonly NapFigures[];
  readonly sources: readonly { readonly source: Source; readonly isUsed: boolean }[];
}

export interface NightRow extends ProjectionRow<NightFigures> {
  /** The date of waking up. */
  readonly date: LocalDate;
}
