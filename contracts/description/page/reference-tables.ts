import * as limits from '../../limits.ts';
import { METRICS } from '../../metrics/catalog.ts';
import { PROBLEMS, REFUSAL_REASONS } from '../../problems/catalog.ts';
import { REFUSAL_MEANINGS } from '../../problems/refusals.ts';
import { BAD_INPUTS, type BadInput, GATEWAY_ANSWERS } from '../bad-input.ts';
import { PROBLEM_CODES } from '../operations.ts';
import { type Html, html, prose, table } from './html.ts';

const RETRY_WORDS = {
  never: 'no: the same request fails again',
  later: 'later',
  after: 'after Retry-After',
} as const;

export const errorTable = (): Html =>
  table(
    ['Status', 'Code', 'Meaning', 'Repeat?'],
    PROBLEM_CODES.map((code) => [
      html`<span class="status">${PROBLEMS[code].status}</span>`,
      html`<code id="${code}">${code}</code>`,
      html`${PROBLEMS[code].title}`,
      html`${RETRY_WORDS[PROBLEMS[code].retry]}`,
    ]),
  );

export const refusalTable = (): Html =>
  table(
    ['Reason', 'Meaning'],
    REFUSAL_REASONS.map((reason) => [
      html`<code id="refused-${reason}">${reason}</code>`,
      html`${REFUSAL_MEANINGS[reason]}`,
    ]),
  );

function outcomeCells({ outcome }: BadInput): readonly Html[] {
  switch (outcome.kind) {
    case 'problem':
      return [
        html`<span class="status">${PROBLEMS[outcome.code].status}</span>`,
        html`<a href="#${outcome.code}"><code>${outcome.code}</code></a>`,
      ];
    case 'refused':
      return [
        html`<span class="status">207</span>`,
        html`refused: <a href="#refused-${outcome.reason}"><code>${outcome.reason}</code></a>`,
      ];
    case 'answer':
      return [html`<span class="status ok">${outcome.status}</span>`, prose(outcome.meaning)];
  }
}

export const badInputTables = (): Html =>
  html`${BAD_INPUTS.map(
    ({ title, rows }) => html`<h4>${title}</h4>
${table(
  ['Input', 'Status', 'Code'],
  rows.map((row) => [html`${row.input}`, ...outcomeCells(row)]),
)}`,
  )}`;

export const gatewayTable = (): Html =>
  table(
    ['Status', 'When', 'What to do'],
    GATEWAY_ANSWERS.map(({ status, when, advice }) => [
      html`<span class="status">${status}</span>`,
      html`${when}`,
      html`${advice}`,
    ]),
  );

const count = (value: number): Html => html`${value.toLocaleString('en-US')}`;

export const limitTable = (): Html =>
  table(
    ['Limit', 'Value'],
    [
      [html`Samples and deletions answered at once`, count(limits.MAX_INLINE_ITEM_COUNT)],
      [html`Samples and deletions in a request`, count(limits.MAX_QUEUED_ITEM_COUNT)],
      [html`Sources in a request`, count(limits.MAX_SOURCE_COUNT)],
      [html`Body answered at once, bytes`, count(limits.MAX_INLINE_BODY_BYTES)],
      [html`Body on the wire, bytes`, count(limits.MAX_WIRE_BODY_BYTES)],
      [html`Body after decompression, and plain of a push, bytes`, count(limits.MAX_DECODED_BODY_BYTES)],
      [html`File of an upload, bytes, packed or not`, count(limits.MAX_UPLOAD_BYTES)],
      [html`Samples and deletions in an upload`, count(limits.MAX_UPLOAD_ITEM_COUNT)],
      [html`Days that a request id is remembered`, count(limits.LEDGER_DAYS)],
      [html`Days that a deletion keeps older copies out`, count(limits.TOMBSTONE_DAYS)],
      [html`Days that a deletion by record id may search`, count(limits.MAX_DELETION_RANGE_DAYS)],
      [html`Days of changes`, count(limits.CHANGE_HORIZON_DAYS)],
      [html`Days of rollups in a request`, count(limits.MAX_ROLLUP_RANGE_DAYS)],
      [html`Entries on a page, unless told`, count(limits.DEFAULT_PAGE_SIZE)],
      [html`Entries on a page, at most`, count(limits.MAX_PAGE_SIZE)],
      [html`Requests a minute of a key, unless set`, count(limits.KEY_REQUESTS_PER_MINUTE)],
      [html`Requests a minute of a user`, count(limits.USER_REQUESTS_PER_MINUTE)],
    ],
  );

export const metricTable = (): Html =>
  table(
    ['Code', 'Kind', 'Unit', 'Bounds', 'Accepted units', 'LOINC'],
    [...METRICS.values()].map((metric) => [
      html`<code id="metric-${metric.code}">${metric.code}</code><br><small>${metric.title}</small>`,
      html`${metric.kind}`,
      html`<code>${metric.unit}</code>`,
      metric.categories === undefined
        ? html`${metric.bounds.min} to ${metric.bounds.max}`
        : prose(metric.categories.map((name) => `\`${name}\``).join(' ')),
      metric.acceptedAsSample
        ? html`<details><summary>${Object.keys(metric.acceptedUnits).length}</summary>${prose(
            Object.keys(metric.acceptedUnits)
              .map((unit) => `\`${unit}\``)
              .join(' '),
          )}</details>`
        : html`a record, no sample`,
      html`${metric.loinc ?? ''}`,
    ]),
  );
