import * as z from 'zod';
import { PROBLEM_TYPE_PREFIX, PROBLEMS } from '../problems/catalog.ts';

export const FieldProblem = z
  .object({
    path: z.string().meta({ description: 'JSON pointer into the request', example: '/samples/3/unit' }),
    code: z.string(),
    message: z.string(),
  })
  .meta({ id: 'FieldProblem' });

/** Every refusal and failure of ours, as `application/problem+json` (RFC 9457). */
export const ProblemBody = z
  .object({
    type: z.string().meta({
      description: 'Where the code is explained',
      example: `${PROBLEM_TYPE_PREFIX}user.not_found`,
    }),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS)).meta({ description: 'Stable: switch on this, not on texts' }),
    detail: z.string(),
    errors: z.array(FieldProblem).optional(),
    requestId: z.string().meta({ description: 'Names this request in our logs' }),
  })
  .meta({ id: 'Problem' });
export type ProblemBody = z.infer<typeof ProblemBody>;
