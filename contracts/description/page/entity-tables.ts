import type { EntityDefinition } from '../../sync/entity.ts';
import { type DescribedEntity, describeEntities } from '../entity-types.ts';
import { type Html, html, NOTHING, table } from './html.ts';
import { limitsOf, parseSchemaNode, typeOf } from './schema-fields.ts';

const ROW_POLICIES: Readonly<Record<EntityDefinition['policy'], string>> = {
  merge: 'Merged field by field.',
  last_write_wins: 'The later write of a row wins.',
  server_wins: 'The row that is stored wins.',
  client_wins: 'The row that is sent wins.',
  manual: 'Conflicts wait for a person.',
  append_only: 'Rows are made once and stay as they are.',
};
const ON_DELETE = {
  restrict: 'whose deletion it forbids',
  cascade: 'with which it is deleted',
  null: 'null once that is deleted',
} as const;

const words = (name: string): string => name.replaceAll('_', ' ');

const HEADINGS = ['Field', 'Type', 'Limits', 'Concurrent writes'];

/** Rows that never change have no concurrent writes: their table goes without that column. */
const columnsOf = <Cell>({ policy }: DescribedEntity, cells: readonly Cell[]): readonly Cell[] =>
  policy === 'append_only' ? cells.slice(0, -1) : cells;

const fieldRows = ({ fields, references }: DescribedEntity): readonly (readonly Html[])[] => [
  ...fields.map(({ name, schema, policy, required }) => {
    const node = parseSchemaNode(schema);
    return [
      html`<code>${name}</code>${required ? html` <span class="must" title="required">*</span>` : NOTHING}`,
      html`<span class="type">${typeOf(node)}</span>`,
      html`<span class="limits">${limitsOf(node).join('; ')}</span>`,
      html`${words(policy)}`,
    ];
  }),
  ...references.map(({ field, to, mandatory, onDelete, policy }) => [
    html`<code>${field}</code>${mandatory ? html` <span class="must" title="required">*</span>` : NOTHING}`,
    html`<span class="type">id of <a href="#entity-${to}">${to}</a></span>`,
    html`${ON_DELETE[onDelete]}`,
    html`${words(policy?.kind ?? 'last_write_wins')}`,
  ]),
];

/** Every entity type with its fields, and how two writes to each become one. */
export const entityTables = (): Html =>
  html`${describeEntities().map(
    (entity) => html`<h4 id="entity-${entity.type}">${entity.type}</h4>
<p>${ROW_POLICIES[entity.policy]}${entity.id === 'me' ? ' A user has one row, whose id is me.' : ''}</p>
${table(
  columnsOf(entity, HEADINGS),
  fieldRows(entity).map((cells) => columnsOf(entity, cells)),
)}`,
  )}`;
