import * as z from 'zod';
import { idText, lineOf } from '../primitives/text.ts';
import { InstantText } from '../primitives/time.ts';

/** HTTPS, or plain HTTP on the loopback interface for issuers of a local cloud. */
const IssuerUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/|$))/, 'must be an https URL');

export const JwtAlgorithm = z.enum(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA']);
export type JwtAlgorithm = z.infer<typeof JwtAlgorithm>;

export const CreateIssuerRequest = z
  .strictObject({
    issuer: IssuerUrl.meta({ description: 'The `iss` claim, letter for letter' }),
    audience: lineOf(256).meta({ description: 'The `aud` (or Cognito `client_id`) claim' }),
    jwksUri: IssuerUrl.optional().meta({
      description: 'Where its public keys are; else its OpenID configuration is asked',
    }),
    algorithms: z.array(JwtAlgorithm).min(1).max(7).optional(),
  })
  .meta({ id: 'CreateIssuerRequest' });
export type CreateIssuerRequest = z.infer<typeof CreateIssuerRequest>;

export const Issuer = z
  .object({
    id: idText('iss'),
    issuer: z.string(),
    audience: z.string(),
    jwksUri: z.string(),
    algorithms: z.array(JwtAlgorithm),
    createdAt: InstantText,
  })
  .meta({ id: 'Issuer' });
export type Issuer = z.infer<typeof Issuer>;

export const ListIssuersAnswer = z.object({ issuers: z.array(Issuer) }).meta({ id: 'IssuerList' });
export type ListIssuersAnswer = z.infer<typeof ListIssuersAnswer>;
