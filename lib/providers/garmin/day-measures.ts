import type { MapContext } from '../definition.ts';
import type { MappedPage } from '../model.ts';
import { readList } from '../read-list.ts';
import { SkinTemperature, UserMetrics } from './payloads.ts';
import { positive, samplesOfDate, summaryIdOf } from './readings.ts';

/** `vo2MaxCycling` is an estimate of its own, which the catalogue has no metric for. */
export const mapUserMetrics = (payload: unknown, context: MapContext): MappedPage =>
  readList(
    payload,
    UserMetrics,
    ({ calendarDate, vo2Max, fitnessAge }) =>
      samplesOfDate('userMetrics', calendarDate, { context }, [
        positive('vo2_max', vo2Max, 'mL/min/kg'),
        positive('fitness_age', fitnessAge, 'a'),
      ]),
    summaryIdOf,
  );

/** A deviation from the wearer's own baseline, so it may be zero or below. */
export const mapSkinTemperatures = (payload: unknown, context: MapContext): MappedPage =>
  readList(
    payload,
    SkinTemperature,
    ({ calendarDate, avgDeviationCelsius }) =>
      samplesOfDate('skinTemp', calendarDate, { context }, [
        { metric: 'skin_temperature_deviation', value: avgDeviationCelsius, unit: 'Cel' },
      ]),
    summaryIdOf,
  );
