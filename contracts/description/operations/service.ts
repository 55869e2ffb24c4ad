import * as z from 'zod';
import type { Operation } from '../../http/routes.ts';
import { HealthAnswer } from '../../http/service.ts';
import type { OperationDoc } from '../operation-doc.ts';

export const SERVICE_OPERATIONS = {
  reportHealth: {
    group: 'Service',
    summary: 'Say whether all parts answer',
    description: 'For load balancers and for people who wait for a start. Needs no credentials.',
    answers: { 200: { description: 'All parts answer', schema: HealthAnswer, example: { status: 'ok' } } },
    problems: ['server.unavailable'],
  },
  describeApi: {
    group: 'Service',
    summary: 'This description, as OpenAPI 3.1',
    description: 'For generators of clients. Needs no credentials.',
    answers: { 200: { description: 'The description', schema: z.looseObject({}) } },
    problems: [],
  },
  readDocs: {
    group: 'Service',
    summary: 'This description, as a page',
    description: 'Needs no credentials, and loads nothing from elsewhere.',
    answers: { 200: { description: 'The page', schema: z.string(), mediaType: 'text/html' } },
    problems: [],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
