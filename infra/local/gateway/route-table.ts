import type { RouteDeclaration } from '../assembly/declared.ts';

export interface RouteMatch {
  readonly routeKey: string;
  readonly functionName: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface CompiledRoute {
  readonly route: RouteDeclaration;
  readonly method: string;
  readonly segments: readonly string[];
  readonly isGreedy: boolean;
  /** More written-out segments win; a greedy one loses to all others (API Gateway, "Routing API requests"). */
  readonly rank: number;
}

export type RouteTable = (method: string, path: string) => RouteMatch | 'malformed' | undefined;

/** The most specific route of a request, `$default` last; undefined where there is none. */
export function createRouteTable(routes: readonly RouteDeclaration[]): RouteTable {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const compiled = routes
    .filter((route) => route !== fallback)
    .map(compile)
    .sort((one, other) => other.rank - one.rank);
  return (method, path) => {
    const segments = path.split('/').slice(1);
    for (const candidate of compiled) {
      if (candidate.method !== method && candidate.method !== 'ANY') continue;
      const parameters = matchSegments(candidate, segments);
      if (parameters === undefined) continue;
      const decoded = decodeAll(parameters);
      if (decoded === undefined) return 'malformed';
      return { ...candidate.route, pathParameters: decoded };
    }
    return fallback === undefined ? undefined : { ...fallback, pathParameters: {} };
  };
}

function compile(route: RouteDeclaration): CompiledRoute {
  const [method = '', path = ''] = route.routeKey.split(' ');
  const segments = path.split('/').slice(1);
  const isGreedy = segments.at(-1)?.endsWith('+}') === true;
  const written = segments.filter((segment) => !segment.startsWith('{')).length;
  const rank = (isGreedy ? 0 : 1_000) + written * 2 + (method === 'ANY' ? 0 : 1);
  return { route, method, segments, isGreedy, rank };
}

function matchSegments(
  { segments, isGreedy }: CompiledRoute,
  asked: readonly string[],
): Record<string, string> | undefined {
  if (isGreedy ? asked.length < segments.length : asked.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = asked[index] ?? '';
    if (segment.endsWith('+}')) parameters[segment.slice(1, -2)] = asked.slice(index).join('/');
    else if (segment.startsWith('{')) {
      if (value === '') return undefined;
      parameters[segment.slice(1, -1)] = value;
    } else if (segment !== value) return undefined;
  }
  return parameters;
}

function decodeAll(parameters: Record<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    return undefined;
  }
}
