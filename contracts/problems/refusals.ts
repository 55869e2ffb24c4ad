import type { RefusalReason } from './catalog.ts';

/** What each reason of a refused sample or deletion means, for people (ING7). */
export const REFUSAL_MEANINGS: Readonly<Record<RefusalReason, string>> = {
  unknown_metric: 'The metric is not in the catalogue, or is a record that is not taken as a sample.',
  unknown_unit: 'The metric does not take this unit.',
  wrong_type: 'A field is missing, too long, or not of its type.',
  out_of_bounds: 'The value, in the canonical unit, is outside the bounds of the metric.',
  bad_interval: 'The end is before the start, or the sample is longer than the metric allows.',
  bad_time: 'A time is not ISO 8601, or not in the calendar.',
  start_out_of_range: 'The start is before 2000-01-01 or more than a day ahead.',
  category_unknown: 'The metric does not have this category.',
  zone_required: "Neither the sample nor the user's zone says what the wearer's clock showed; Z does not.",
  privacy_blocked: 'The user has blocked the metric.',
  duplicate_in_batch:
    'The request has the same sample again: the highest revision, else the last one, was taken.',
  identity_required: 'The deletion does not say what to remove.',
};
