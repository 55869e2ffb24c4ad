import type * as z from 'zod';

/**
 * The environment of a function, parsed by its `env.ts`. Throws at the first line of a cold start, naming
 * the variables that are missing or wrong and never their values.
 */
export function parseEnv<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const names = new Set(parsed.error.issues.map((issue) => issue.path.join('.')));
  throw new Error(`environment variables missing or wrong: ${[...names].sort().join(', ')}`);
}
