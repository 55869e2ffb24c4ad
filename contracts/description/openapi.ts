import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { DeletionInput, SampleInput } from '../http/ingest-samples.ts';
import { ProblemBody } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { WorkoutInput } from '../http/workout-writes.ts';
import { PROBLEMS, type ProblemCode } from '../problems/catalog.ts';
import { API_VERSION, INTRODUCTION } from './introduction.ts';
import type { OperationDoc } from './operation-doc.ts';
import { DESCRIBED_ROUTES, problemsOf } from './operations.ts';

/** Formats say what these patterns spell out, hundreds of characters at a time. */
const FORMATS_THAT_EXPLAIN = new Set(['date', 'date-time', 'email', 'uri']);

/** Answers may grow fields without a new version, so their objects are open. */
const readable: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  if (io === 'output') Reflect.deleteProperty(jsonSchema, 'additionalProperties');
  if (FORMATS_THAT_EXPLAIN.has(String(jsonSchema.format))) Reflect.deleteProperty(jsonSchema, 'pattern');
};

const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['userId', 'An id, or `me` with a user token'],
  ['entityType', 'A type with dashes or underscores, such as `journal-entries`'],
  ['sessionId', 'A UUID, or your own name for the session'],
  ['date', 'A day of the calendar, such as `2026-11-21`'],
  ['workoutId', 'An id of a workout; to write an entry by hand also your own name for it'],
  ['groupId', 'The id of a group, as the list of duplicates shows it'],
  ['rebuildId', 'The id that the request for the rebuild was answered with'],
  ['importId', 'The id that the place for the file was given with'],
  ['entityId', 'A UUID, your own name for the row, or `me` of a type that a user has one row of'],
]);

const pathOf = (route: Route) =>
  z.object(
    Object.fromEntries(
      [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [
        name,
        z.string().meta({
          description: PARAMETERS.get(name) ?? 'As the answers show it',
        }),
      ]),
    ),
  );

function problemAnswers(codes: readonly ProblemCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, here]) => [
      String(status),
      {
        description: here.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: ProblemBody } },
        'x-problem-codes': here,
      },
    ]),
  );
}

function goodAnswers(doc: OperationDoc): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(doc.answers).map(([status, { description, schema, example, mediaType }]) => [
      status,
      schema === undefined
        ? { description }
        : {
            description,
            content: {
              [mediaType ?? 'application/json']: { schema, ...(example === undefined ? {} : { example }) },
            },
          },
    ]),
  );
}

function operationOf(route: Route, doc: OperationDoc): ZodOpenApiOperationObject {
  const { body } = doc;
  return {
    operationId: route.operation,
    tags: [doc.group],
    summary: doc.summary,
    description: doc.description,
    security: route.scope === 'public' ? [] : [{ bearer: [] }],
    'x-scope': route.scope,
    requestParams: {
      ...(route.path.includes('{') ? { path: pathOf(route) } : {}),
      ...(doc.query === undefined ? {} : { query: doc.query }),
      ...(doc.headers === undefined ? {} : { header: doc.headers }),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.required !== false,
            content: { 'application/json': { schema: body.schema, example: body.example } },
          },
        }),
    responses: { ...goodAnswers(doc), ...problemAnswers(problemsOf(route, doc)) },
  };
}

/** The whole API as OpenAPI 3.1. Deterministic: the same contracts give the same bytes. */
export function describeOpenApi() {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const { route, doc } of DESCRIBED_ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, doc) };
  }
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Headwater',
        version: API_VERSION,
        description: INTRODUCTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [...new Set(DESCRIBED_ROUTES.map(({ doc }) => doc.group))].map((name) => ({ name })),
      paths: paths satisfies ZodOpenApiPathsObject,
      components: {
        schemas: {
          Sample: SampleInput,
          Deletion: DeletionInput,
          WorkoutInput,
          Problem: ProblemBody,
        },
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key (`hw_live_…`, `hw_test_…`) or the JWT of an end user.',
          },
        },
      },
    },
    { override: readable },
  );
}
