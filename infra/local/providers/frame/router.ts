import type { Route } from './cloud.ts';

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The first route that fits, in the order of the list: put exact paths before paths with `{params}`. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  origin: string,
  path: string,
): Match | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  for (const route of routes) {
    if (route.method !== wanted || route.origin !== origin) continue;
    const params = paramsOf(route.path.split('/'), path.split('/'));
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

/** A segment is literal, `{name}`, or `{name}` followed by a literal rest (`{id}:exportExerciseTcx`). */
function paramsOf(template: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (template.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const given = path[index] ?? '';
    const close = part.indexOf('}');
    if (!part.startsWith('{') || close < 0) {
      if (part !== given) return undefined;
      continue;
    }
    const rest = part.slice(close + 1);
    if (!given.endsWith(rest) || given.length === rest.length) return undefined;
    params[part.slice(1, close)] = given.slice(0, given.length - rest.length);
  }
  return params;
}
