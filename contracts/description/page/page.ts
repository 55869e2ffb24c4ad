import type { describeOpenApi } from '../openapi.ts';
import { DESCRIBED_ROUTES } from '../operations.ts';
import { entityTables } from './entity-tables.ts';
import { type Html, html, NOTHING, prose, table } from './html.ts';
import { type Components, describeOperation, operationSection } from './operation-section.ts';
import {
  badInputTables,
  errorTable,
  gatewayTable,
  limitTable,
  metricTable,
  refusalTable,
} from './reference-tables.ts';
import { fieldRows, limitsOf, parseSchemaNode, typeOf } from './schema-fields.ts';
import { PAGE_STYLE } from './style.ts';

type Document = ReturnType<typeof describeOpenApi>;

const GROUPS = [...new Set(DESCRIBED_ROUTES.map(({ doc }) => doc.group))];

const REFERENCE: readonly {
  readonly id: string;
  readonly title: string;
  readonly intro: string;
  body(): Html;
}[] = [
  {
    id: 'errors',
    title: 'Error codes',
    intro:
      'Every refusal is `application/problem+json`: `{type, title, status, code, detail, errors?, requestId}`. Codes are stable; texts are not.',
    body: errorTable,
  },
  {
    id: 'refusals',
    title: 'Reasons of refused samples',
    intro: 'A request with refused samples answers 207. `index` counts the samples, and then the deletions.',
    body: refusalTable,
  },
  {
    id: 'bad-input',
    title: 'Bad input',
    intro: 'Nothing is stored that should not be, and nothing already stored changes.',
    body: badInputTables,
  },
  {
    id: 'gateway',
    title: "The gateway's own answers",
    intro: 'These come before any code of ours runs: the body is `{"message"}`, without a code.',
    body: gatewayTable,
  },
  {
    id: 'limits',
    title: 'Limits',
    intro: 'Rates are approximate and carry the usual headers.',
    body: limitTable,
  },
  {
    id: 'entities',
    title: 'Entity types',
    intro:
      'What devices sync, and the plain resources below a user. The same as JSON with JSON Schemas: `contracts/published/entities.json`.',
    body: entityTables,
  },
  {
    id: 'metrics',
    title: 'Metrics',
    intro: 'Units are UCUM. `%` is 0 to 100: a share of 0 to 1 has the unit `fraction`. `Cal` is `kcal`.',
    body: metricTable,
  },
];

const sidebar = (document: Document): Html => html`<nav><h1>${document.info.title}</h1>
<small>API ${document.info.version} · <a style="display:inline" href="/v1/openapi.json">OpenAPI</a></small>
${GROUPS.map(
  (group) =>
    html`<h2>${group}</h2><ul>${DESCRIBED_ROUTES.filter(({ doc }) => doc.group === group).map(
      ({ route }) =>
        html`<li><a href="#${route.operation}"><span class="method ${route.method.toLowerCase()}">${route.method}</span>${route.operation}</a></li>
`,
    )}</ul>`,
)}<h2>Reference</h2><ul>${REFERENCE.map(
  ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>
`,
)}<li><a href="#schemas">Schemas</a></li></ul></nav>`;

const groupSection = (group: string, document: Document): Html => html`<h2>${group}</h2>
${DESCRIBED_ROUTES.filter(({ doc }) => doc.group === group).map(({ route, doc }) => {
  const methods: Readonly<Record<string, unknown>> = { ...document.paths?.[route.path] };
  return operationSection(
    route,
    doc,
    describeOperation({ ...asRecord(methods[route.method.toLowerCase()]) }, componentsOf(document)),
  );
})}`;

const componentsOf = (document: Document): Components =>
  new Map(
    Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => [
      name,
      parseSchemaNode(schema),
    ]),
  );

function asRecord(value: unknown): object {
  if (typeof value !== 'object' || value === null) throw new Error('the document lacks an operation');
  return value;
}

function schemaSection(name: string, schema: unknown): Html {
  const node = parseSchemaNode(schema);
  const shapes = node.anyOf ?? node.oneOf ?? [node];
  return html`<section id="schema-${name}"><h3>${name}</h3>
${node.description === undefined ? NOTHING : html`<p>${prose(node.description)}</p>`}
${shapes.map((shape, index) => {
  const rows = fieldRows(shape);
  const heading = index === 0 ? NOTHING : html`<p>or</p>`;
  if (rows.length > 0) return html`${heading}${table(['Field', 'Type', 'Meaning and limits'], rows)}`;
  return html`${heading}<p>${typeOf(shape)} <span class="limits">${limitsOf(shape).join('; ')}</span></p>`;
})}</section>
`;
}

/** The API as one page: no script, nothing loaded from elsewhere. */
export function renderPage(document: Document): string {
  const schemas = Object.entries(document.components?.schemas ?? {}).sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info.title} API</title><style>${{ markup: PAGE_STYLE }}</style></head>
<body>${sidebar(document)}
<main><h1>${document.info.title} API</h1><p>${prose(document.info.description ?? '')}</p>
<p><span class="must">*</span> marks what must be there.</p>
${GROUPS.map((group) => groupSection(group, document))}
${REFERENCE.map(({ id, title, intro, body }) => html`<h2 id="${id}">${title}</h2><p>${prose(intro)}</p>${body()}`)}
<h2 id="schemas">Schemas</h2>${schemas.map(([name, schema]) => schemaSection(name, schema))}
</main></body></html>
`.markup;
}
