import * as z from 'zod';
import type { Route } from '../../http/route.ts';
import { PROBLEMS } from '../../problems/catalog.ts';
import { USER_HEADER } from '../../sync/protocol.ts';
import type { OperationDoc } from '../operation-doc.ts';
import { problemsOf } from '../operations.ts';
import { type Html, html, NOTHING, prose, table } from './html.ts';
import { fieldRow, fieldRows, parseSchemaNode, refName, SchemaNode, typeOf } from './schema-fields.ts';

/** The operation as the OpenAPI document has it, read back: the page can say nothing else. */
export interface DescribedOperation {
  readonly parameters: readonly {
    readonly in: string;
    readonly name: string;
    readonly isRequired: boolean;
    readonly schema: SchemaNode;
  }[];
  readonly body: SchemaNode | undefined;
  readonly answers: ReadonlyMap<string, SchemaNode>;
  readonly components: Components;
}
/** The named schemas of the document. */
export type Components = ReadonlyMap<string, SchemaNode>;

const ParameterNode = z.looseObject({
  in: z.string(),
  name: z.string(),
  required: z.boolean().default(false),
  schema: SchemaNode,
});

const EXAMPLE_PROVIDER = 'garmin';
const EXAMPLE_ENTITY_TYPE = 'journal-entries';
const EXAMPLE_DATE = '2026-11-21';
const MAX_INLINE_CHARS = 120;
const FIELD_HEADINGS = ['Field', 'Type', 'Meaning and limits'];
const code = (value: unknown): Html => html`<pre><code>${JSON.stringify(value, null, 2)}</code></pre>`;

function parameterTable({ parameters }: DescribedOperation): Html {
  if (parameters.length === 0) return NOTHING;
  const rows = parameters.map((parameter) => [
    ...fieldRow(parameter.name, parameter.schema, parameter.isRequired),
    html`${parameter.in}`,
  ]);
  return html`<h4>Parameters</h4>${table([...FIELD_HEADINGS, 'In'], rows)}`;
}

/** The name of a schema, linked to its own section, and its fields; of each one when there is a choice. */
function shape(node: SchemaNode, components: Components): Html {
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined) return html`${choices.map((choice) => shape(choice, components))}`;
  const named = node.$ref === undefined ? node : (components.get(refName(node.$ref)) ?? node);
  const rows = fieldRows(named);
  return html`<p class="shape">${typeOf(node)}</p>${rows.length === 0 ? NOTHING : table(FIELD_HEADINGS, rows)}`;
}

/** In a shell, single quotes end at the next one. */
const inQuotes = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A body that is short enough stands in the command; a longer one is a file. */
function bodyOf({ body }: OperationDoc): readonly string[] {
  if (body === undefined) return [];
  // What may be left out is: an example of it would have to fit the reader's own workspace.
  const text = body.required === false ? '{}' : JSON.stringify(body.example);
  const given = text.length <= MAX_INLINE_CHARS ? inQuotes(text) : '@body.json';
  return ['-H "content-type: application/json"', `-d ${given}`];
}

/** A command that can be pasted: ids and names of the path from the shell or as examples, required parameters too. */
function curlOf(route: Route, doc: OperationDoc, { parameters }: DescribedOperation): string {
  const path = route.path
    .replace(/\{(\w+)Id\}/g, (_, name: string) => `$${name.toUpperCase()}_ID`)
    .replace('{provider}', EXAMPLE_PROVIDER)
    .replace('{date}', EXAMPLE_DATE)
    .replace('{entityType}', EXAMPLE_ENTITY_TYPE);
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.isRequired)
    .map(
      (parameter) =>
        `${parameter.name}=${String(parameter.schema.example ?? `$${parameter.name.toUpperCase()}`)}`,
    )
    .join('&');
  // Optional in the document because a user's token does without it; the command has an API key.
  const namesUser = parameters.some(({ in: place, name }) => place === 'header' && name === USER_HEADER);
  return [
    `curl${route.method === 'GET' ? '' : ` -X ${route.method}`} "$HEADWATER_API_URL${path}${query === '' ? '' : `?${query}`}"`,
    ...(route.scope === 'public' ? [] : ['-H "authorization: Bearer $HEADWATER_API_KEY"']),
    ...(namesUser ? ['-H "X-Headwater-User: $USER_ID"'] : []),
    ...bodyOf(doc),
  ].join(' \\\n  ');
}

const requestOf = (
  route: Route,
  doc: OperationDoc,
  described: DescribedOperation,
): Html => html`<h4>Request</h4>
<pre><code>${curlOf(route, doc, described)}</code></pre>
${described.body === undefined ? NOTHING : html`${shape(described.body, described.components)}${code(doc.body?.example)}`}`;

const answerOf = (
  [status, answer]: readonly [string, OperationDoc['answers'][number]],
  described: DescribedOperation,
): Html => {
  const node = described.answers.get(status);
  return html`<p><span class="status ok">${status}</span> ${prose(answer.description)}</p>
${node === undefined || (node.properties === undefined && node.$ref === undefined && node.anyOf === undefined) ? NOTHING : shape(node, described.components)}
${answer.example === undefined ? NOTHING : code(answer.example)}`;
};

/** One operation: what it is for, its parameters, a request, its answers, and every code it may refuse with. */
export function operationSection(route: Route, doc: OperationDoc, described: DescribedOperation): Html {
  const problems = problemsOf(route, doc).map(
    (problem) =>
      html`<a href="#${problem}"><span class="status">${PROBLEMS[problem].status}</span> ${problem}</a> `,
  );
  return html`<section id="${route.operation}">
<h3><span class="method ${route.method.toLowerCase()}">${route.method}</span> <code>${route.path}</code></h3>
<p class="lead">${doc.summary}</p>
<p>${prose(doc.description)}</p>
<p class="scope">${route.scope === 'public' ? 'No credentials needed' : html`Scope <code>${route.scope}</code>`}</p>
${parameterTable(described)}
${requestOf(route, doc, described)}
<h4>Answers</h4>
${Object.entries(doc.answers).map((answer) => answerOf(answer, described))}
<h4>Refusals</h4><p class="codes">${problems}</p>
</section>
`;
}

/** What the page needs of an operation object of the document. */
export function describeOperation(
  operation: {
    readonly parameters?: readonly unknown[] | undefined;
    readonly requestBody?: unknown;
    readonly responses?: Readonly<Record<string, unknown>> | undefined;
  },
  components: Components,
): DescribedOperation {
  const bodySchema = schemaIn(operation.requestBody);
  return {
    parameters: (operation.parameters ?? []).map((parameter) => {
      const { in: place, name, required, schema } = ParameterNode.parse(parameter);
      return { in: place, name, isRequired: required, schema };
    }),
    body: bodySchema,
    components,
    answers: new Map(
      Object.entries(operation.responses ?? {}).flatMap(([status, response]) => {
        const schema = schemaIn(response);
        return schema === undefined ? [] : [[status, schema] as const];
      }),
    ),
  };
}

function schemaIn(holder: unknown): SchemaNode | undefined {
  if (typeof holder !== 'object' || holder === null || !('content' in holder)) return undefined;
  const [media] = Object.values(holder.content ?? {});
  return typeof media === 'object' && media !== null && 'schema' in media
    ? parseSchemaNode(media.schema)
    : undefined;
}
