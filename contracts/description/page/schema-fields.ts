import * as z from 'zod';
import { type Html, html, NOTHING, prose } from './html.ts';

/** The keywords of JSON Schema that our contracts give. */
export const SchemaNode = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  maxProperties: z.number().optional(),
  default: z.unknown().optional(),
  example: z.unknown().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), SchemaNode).optional();
  },
  get items() {
    return SchemaNode.optional();
  },
  get anyOf() {
    return z.array(SchemaNode).optional();
  },
  get oneOf() {
    return z.array(SchemaNode).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), SchemaNode]).optional();
  },
});
export type SchemaNode = z.infer<typeof SchemaNode>;
export const parseSchemaNode = (value: unknown): SchemaNode => SchemaNode.parse(value);

export const refName = (ref: string): string => ref.split('/').at(-1) ?? ref;
const refLink = (ref: string): Html => html`<a href="#schema-${refName(ref)}">${refName(ref)}</a>`;

/** A longer list would drown its table; the metric codes have a table of their own. */
const MAX_LISTED_VALUES = 16;

const join = (parts: readonly Html[], between: string): Html =>
  html`${parts.map((part, index) => (index === 0 ? part : html`${between}${part}`))}`;

/** The type in a word or a link: `string`, `array of Sample`, `integer or null`. */
export function typeOf(node: SchemaNode): Html {
  if (node.$ref !== undefined) return refLink(node.$ref);
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined) return join(choices.map(typeOf), ' or ');
  if (node.type === 'array')
    return html`array of ${node.items === undefined ? 'anything' : typeOf(node.items)}`;
  if (typeof node.additionalProperties === 'object') return html`map of ${typeOf(node.additionalProperties)}`;
  if (node.type === undefined)
    return html`${node.const === undefined && node.enum === undefined ? 'anything' : 'constant'}`;
  const name = Array.isArray(node.type) ? node.type.join(' or ') : node.type;
  return html`${node.format === undefined ? name : `${name} (${node.format})`}`;
}

const between = (unit: string, min: number | undefined, max: number | undefined): readonly string[] => {
  const highest = max === Number.MAX_SAFE_INTEGER ? undefined : max;
  const lowest = min === Number.MIN_SAFE_INTEGER ? undefined : min;
  if (lowest === undefined && highest === undefined) return [];
  if (highest === undefined) return [`at least ${lowest}${unit}`];
  return [lowest === undefined ? `at most ${highest}${unit}` : `${lowest} to ${highest}${unit}`];
};

/** Limits in words: lengths, ranges, sizes, the values of an enumeration, the default. */
export function limitsOf(node: SchemaNode): readonly string[] {
  const values = node.enum ?? (node.const === undefined ? [] : [node.const]);
  const listed =
    values.length > MAX_LISTED_VALUES
      ? [`one of ${values.length} values`]
      : values.map((value) => String(value)).join(' · ');
  return [
    ...(values.length === 0 ? [] : [listed].flat()),
    ...between('', node.minimum, node.maximum),
    ...(node.exclusiveMinimum === undefined ? [] : [`above ${node.exclusiveMinimum}`]),
    ...between(' characters', node.minLength, node.maxLength),
    ...between(' entries', node.minItems, node.maxItems),
    ...between(' keys', undefined, node.maxProperties),
    ...(node.default === undefined ? [] : [`default ${JSON.stringify(node.default)}`]),
    ...(node.items === undefined || node.items.$ref !== undefined ? [] : limitsOf(node.items)),
  ];
}

const note = (node: SchemaNode): Html => {
  const limits = limitsOf(node);
  return html`${node.description === undefined ? NOTHING : prose(node.description)}${
    limits.length === 0 ? NOTHING : html` <span class="limits">${limits.join('; ')}</span>`
  }`;
};

/** A row for a parameter or a property: name, type, whether it must be there, meaning and limits. */
export const fieldRow = (name: string, node: SchemaNode, isRequired: boolean): readonly Html[] => [
  html`<code>${name}</code>${isRequired ? html` <span class="must" title="required">*</span>` : NOTHING}`,
  html`<span class="type">${typeOf(node)}</span>`,
  note(node),
];

/** Rows of an object's properties; objects inside follow with dotted names. */
export function fieldRows(node: SchemaNode, prefix = ''): readonly (readonly Html[])[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix + name;
    const inner = property.type === 'array' && property.items !== undefined ? property.items : property;
    return [
      fieldRow(path, property, node.required?.includes(name) === true),
      ...(inner.properties === undefined
        ? []
        : fieldRows(inner, inner === property ? `${path}.` : `${path}[].`)),
    ];
  });
}
