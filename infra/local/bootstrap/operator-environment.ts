import { Env } from '../../../functions/command/operate/env.ts';
import type { FunctionDeclaration } from '../assembly/declared.ts';

/** The pool is the first workspace's: with it in the environment no second workspace could be made. */
const LEFT_OUT: readonly string[] = ['USER_POOL_ID', 'USER_POOL_CLIENT_ID'];

/**
 * The environment in which `npm run ops` works here: names that the template gives to functions, the
 * addresses of the parts, and where the API answers.
 */
export function operatorEnvironment(
  functions: readonly Pick<FunctionDeclaration, 'environment'>[],
  aws: Readonly<Record<string, string>>,
  apiUrl: string,
): Readonly<Record<string, string>> {
  const given = Object.assign({}, ...functions.map(({ environment }) => environment)) as Record<
    string,
    string
  >;
  const known = Object.entries(given).filter(([name]) => name in Env.shape && !LEFT_OUT.includes(name));
  return { HEADWATER_API_URL: apiUrl, ...aws, ...Object.fromEntries(known) };
}
