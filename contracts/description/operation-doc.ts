import * as z from 'zod';
import type { ProblemCode } from '../problems/catalog.ts';
import { PROTOCOL_HEADER, SUPPORTED_PROTOCOL_VERSIONS } from '../sync/protocol.ts';

export interface AnswerDoc {
  readonly description: string;
  /** Absent for answers without a body. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  readonly mediaType?: string;
}

/** What the API description says about one operation, beyond its route. */
export interface OperationDoc {
  readonly group:
    | 'Service'
    | 'Access'
    | 'Users'
    | 'Ingestion'
    | 'Reading'
    | 'Connections'
    | 'Device sync'
    | 'Entities';
  readonly summary: string;
  readonly description: string;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly example: unknown; readonly required?: boolean };
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** Codes of its own, besides those of every authenticated, body-taking or user operation. */
  readonly problems: readonly ProblemCode[];
}

/** Of reads whose answers have an entity tag. */
export const ETagHeader = z.object({
  'if-none-match': z
    .string()
    .optional()
    .meta({ description: 'ETag of the answer that you have: 304 when it is still the same' }),
});
/** Of operations that devices call; the answers carry it too. */
export const ProtocolHeader = z.object({
  [PROTOCOL_HEADER]: z
    .string()
    .optional()
    .meta({
      description: `The version of the sync protocol that the device speaks: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}`,
    }),
});
export const NOT_MODIFIED = { 304: { description: 'You have it already (If-None-Match)' } } as const;

/** Ids that the examples share. */
export const EXAMPLE_IDS = {
  workspace: 'ws_01kah3v5w8f0xq9d3m7t2c6e4r',
  key: 'key_01kah3v5w8f0xq9d3m7t2c6e4r',
  otherKey: 'key_01kah3x1m2n4p5q6r7s8t9v0w1',
  issuer: 'iss_01kah3v5w8f0xq9d3m7t2c6e4r',
  user: 'usr_01kah3v5w8f0xq9d3m7t2c6e4r',
  source: '3v5w8f0xq9d3m',
  connection: 'con_01kah3v5w8f0xq9d3m7t2c6e4r',
  sync: 'syn_01kah3v5w8f0xq9d3m7t2c6e4r',
  rebuild: 'rbd_01kah3v5w8f0xq9d3m7t2c6e4r',
} as const;
