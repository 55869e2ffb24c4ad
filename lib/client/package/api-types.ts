/** A schema of the document, as far as types are made of it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string | number | boolean | null;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly description?: string;
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>>;
  readonly required?: boolean;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: JsonSchema;
  }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface ListedOperation extends OpenApiOperation {
  readonly method: string;
  readonly path: string;
}

/** Every operation of the document, in its order. */
export const operationsOf = (document: OpenApiDocument): readonly ListedOperation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );

const HEADER = `// Generated from contracts/published/openapi.json by lib/client/package/write-api.ts; do not edit.
// biome-ignore-all format: the generator has its own lines
`;

/**
 * lib/client/api/operations.ts: a type for each schema, the parameters, body and answers of each operation, and
 * the table that the client runs by. Deterministic. Throws for a schema that it cannot say in TypeScript.
 */
export function apiSource(document: OpenApiDocument): string {
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `  readonly ${keyText(name)}: ${typeText(schema)};`,
  );
  const operations = operationsOf(document);
  return [
    HEADER,
    '/** The schemas of the API, by their names in the OpenAPI document. */',
    'export interface Schemas {',
    ...schemas,
    '}',
    '',
    '/** What goes into each operation, and what comes out by status. */',
    'export interface Operations {',
    ...operations.map(operationText),
    '}',
    '',
    '/** Method and path of each operation. */',
    'export const OPERATIONS = {',
    ...operations.map(
      ({ operationId, method, path }) => `  ${keyText(operationId)}: ['${method}', '${path}'],`,
    ),
    '} as const satisfies Readonly<Record<keyof Operations, readonly [method: string, path: string]>>;',
    '',
  ].join('\n');
}

function operationText(operation: ListedOperation): string {
  const summary = operation.summary === undefined ? '' : `  /** ${operation.summary} */\n`;
  return `${summary}  readonly ${keyText(operation.operationId)}: { readonly input: ${inputText(operation)}; readonly answers: ${answersText(operation)} };`;
}

/** Groups without a required member may be left out. */
function inputText(operation: ListedOperation): string {
  const groups = (['path', 'query', 'header'] as const).flatMap((place) => {
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
    if (parameters.length === 0) return [];
    const fields = parameters.map(
      ({ name, required, schema }) =>
        `readonly ${keyText(name)}${required === true ? '' : '?'}: ${typeText(schema ?? {})}${required === true ? '' : ' | undefined'}`,
    );
    const isOptional = parameters.every(({ required }) => required !== true);
    return [
      `readonly ${place === 'header' ? 'headers' : place}${isOptional ? '?' : ''}: { ${fields.join('; ')} }`,
    ];
  });
  const body = operation.requestBody?.content?.['application/json']?.schema;
  if (body !== undefined) {
    groups.push(`readonly body${operation.requestBody?.required === true ? '' : '?'}: ${typeText(body)}`);
  }
  return groups.length === 0 ? 'Record<never, never>' : `{ ${groups.join('; ')} }`;
}

/** Of the statuses below 400: JSON as its type, other texts as such, and undefined where there is no body. */
function answersText(operation: ListedOperation): string {
  const answers = Object.entries(operation.responses).filter(([status]) => Number(status) < 400);
  const texts = answers.map(([status, { content = {} }]) => {
    const json = content['application/json']?.schema;
    const other = Object.keys(content).length > 0 ? 'string' : 'undefined';
    return `readonly ${status}: ${json === undefined ? other : typeText(json)}`;
  });
  return `{ ${texts.join('; ')} }`;
}

const keyText = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`);

export function typeText(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return `Schemas['${schema.$ref.replace('#/components/schemas/', '')}']`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const union = schema.anyOf ?? schema.oneOf;
  if (union !== undefined) return joined(union, ' | ');
  if (schema.allOf !== undefined) return joined(schema.allOf, ' & ');
  if (Array.isArray(schema.type)) {
    return joined(
      schema.type.map((type: string) => ({ ...schema, type })),
      ' | ',
    );
  }
  return plainText(schema);
}

const joined = (schemas: readonly JsonSchema[], between: string): string =>
  `(${[...new Set(schemas.map(typeText))].join(between)})`;

function plainText(schema: JsonSchema): string {
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly ${elementText(typeText(schema.items ?? {}))}[]`;
    case 'object':
      return objectText(schema);
    case undefined:
      return schema.properties === undefined ? 'unknown' : objectText(schema);
    default:
      throw new Error(`a schema of type ${String(schema.type)}`);
  }
}

const elementText = (text: string): string => (/^readonly |\|/.test(text) ? `(${text})` : text);

function objectText({ properties = {}, required = [], additionalProperties }: JsonSchema): string {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const isRequired = required.includes(name);
    return `readonly ${keyText(name)}${isRequired ? '' : '?'}: ${typeText(schema)}${isRequired ? '' : ' | undefined'}`;
  });
  if (fields.length > 0) return `{ ${fields.join('; ')} }`;
  const values = typeof additionalProperties === 'object' ? typeText(additionalProperties) : 'unknown';
  return `Readonly<Record<string, ${values}>>`;
}
