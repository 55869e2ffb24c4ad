import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROUTES } from '../http/routes.ts';
import { PROBLEMS, REFUSAL_REASONS } from '../problems/catalog.ts';
import { USER_HEADER } from '../sync/protocol.ts';
import { BAD_INPUTS } from './bad-input.ts';
import { describeEntities } from './entity-types.ts';
import { describeOpenApi } from './openapi.ts';
import { DESCRIBED_ROUTES, PROBLEM_CODES, problemsOf } from './operations.ts';
import { html, prose } from './page/html.ts';
import { publishedFiles } from './published-files.ts';

const files = publishedFiles();
const page = files.get('docs.html') ?? '';
const document = describeOpenApi();

describe('what is published', () => {
  test.each([...files.keys()])('%s is current: else run `npm run contracts`', (name) => {
    expect(readFileSync(join(import.meta.dirname, '../published', name), 'utf8') === files.get(name)).toBe(
      true,
    );
  });

  test('generating twice gives the same bytes', () => {
    expect([...publishedFiles()]).toEqual([...files]);
  });
});

describe('examples', () => {
  const bodies = DESCRIBED_ROUTES.flatMap(({ route, doc }) =>
    doc.body === undefined ? [] : [{ name: route.operation, ...doc.body }],
  );
  const answers = DESCRIBED_ROUTES.flatMap(({ route, doc }) =>
    Object.entries(doc.answers).flatMap(([status, { schema, example }]) =>
      schema === undefined || example === undefined
        ? []
        : [{ name: route.operation, status, schema, example }],
    ),
  );

  test.each(bodies)('the example body of $name is taken', ({ schema, example }) => {
    expect(schema.safeParse(example).error).toBeUndefined();
  });

  test.each(answers)(
    'the example answer $status of $name has its shape, and no field besides',
    ({ schema, example }) => {
      expect(schema.parse(example)).toEqual(example);
    },
  );
});

describe('the OpenAPI document', () => {
  test('it has every route with its operation, and no other', () => {
    const described = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
      Object.entries({ ...methods }).map(
        ([method, operation]: [string, { operationId?: string }]) =>
          `${method.toUpperCase()} ${path} ${operation.operationId}`,
      ),
    );
    const routes = ROUTES.map(({ method, path, operation }) => `${method} ${path} ${operation}`);
    expect(described.sort()).toEqual(routes.sort());
  });

  test('every reference leads somewhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(50);
    const names = new Set(Object.keys(document.components?.schemas ?? {}));
    expect(references.map(([, name = '']) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  test('nothing but words stands beside a reference: a rule there would not see what it leads to', () => {
    const ruled: string[] = [];
    JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
      if (typeof value === 'object' && value !== null && '$ref' in value)
        ruled.push(...Object.keys(value).filter((key) => key !== '$ref' && key !== 'description'));
      return value;
    });
    expect(ruled).toEqual([]);
  });

  test('every operation names each code that it may answer, under its status', () => {
    for (const { route, doc } of DESCRIBED_ROUTES) {
      const methods: Record<string, unknown> = { ...document.paths?.[route.path] };
      const text = JSON.stringify(methods[route.method.toLowerCase()]);
      for (const code of problemsOf(route, doc)) {
        expect(text).toContain(`"${PROBLEMS[code].status}":`);
        expect(text).toContain(`\`${code}\``);
      }
    }
  });

  test('samples show their full shape although the envelope leaves them to the checks behind it', () => {
    expect(document.components?.schemas).toHaveProperty('IngestSamplesRequest.properties.samples', {
      type: 'array',
      maxItems: 10_000,
      items: { $ref: '#/components/schemas/Sample' },
    });
    expect(document.components?.schemas).toHaveProperty('Sample.anyOf.0.properties.value.type', 'number');
  });

  test('answers may grow: their objects are open, those of requests are not', () => {
    expect(document.components?.schemas).not.toHaveProperty('User.additionalProperties');
    expect(document.components?.schemas).toHaveProperty('CreateUserRequest.additionalProperties', false);
  });
});

describe('bad input', () => {
  const rows = BAD_INPUTS.flatMap((table) => table.rows);

  test('ING7 every reason to refuse a sample is in the table, once', () => {
    const reasons = rows.flatMap(({ outcome }) => (outcome.kind === 'refused' ? [outcome.reason] : []));
    expect(reasons.toSorted()).toEqual([...REFUSAL_REASONS].sort());
  });

  test('every code that a request can cause is answered by some operation', () => {
    const answered = new Set(DESCRIBED_ROUTES.flatMap(({ route, doc }) => problemsOf(route, doc)));
    const unanswered = PROBLEM_CODES.filter((code) => !answered.has(code));
    // Said of one conflict of a batch, inside an answer.
    expect(unanswered).toEqual(['sync.conflict_not_found']);
  });

  test('faults of the caller are 4xx, and only ours and those of providers are 5xx', () => {
    for (const { outcome } of rows) {
      if (outcome.kind === 'problem') expect(Math.floor(PROBLEMS[outcome.code].status / 100)).toBe(4);
    }
    const ours = PROBLEM_CODES.filter((code) => PROBLEMS[code].status >= 500);
    expect(ours).toEqual([
      'ingest.contention',
      'provider.unavailable',
      'provider.refused',
      'push.unverifiable',
      'sync.contention',
      'server.unavailable',
      'server.internal',
    ]);
  });
});

describe('the page', () => {
  test('it needs nothing from elsewhere and runs no script', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=/i);
    expect([...page.matchAll(/href="([^#"][^"]*)"/g)].map(([, target]) => target)).toEqual([
      '/v1/openapi.json',
    ]);
  });

  test('every anchor leads somewhere, and no id is there twice', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = new Set([...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id));
    expect([...targets].filter((target) => !ids.includes(target))).toEqual([]);
    expect(targets.size).toBeGreaterThan(100);
  });

  test('it shows every operation, code, reason and metric', () => {
    for (const { operation } of ROUTES) expect(page).toContain(`<section id="${operation}">`);
    for (const code of PROBLEM_CODES) expect(page).toContain(`id="${code}"`);
    for (const reason of REFUSAL_REASONS) expect(page).toContain(`id="refused-${reason}"`);
    expect(page.match(/id="metric-/g)).toHaveLength(73);
  });

  test('every command can be pasted: its path has no brace left, and it names the user where that header is', () => {
    for (const { route, doc } of DESCRIBED_ROUTES) {
      const part = page.split(`<section id="${route.operation}">`)[1]?.split('</section>')[0] ?? '';
      const command = /<pre><code>(curl [^<]*)<\/code>/.exec(part)?.[1] ?? '';
      const path = /\$HEADWATER_API_URL(\S+)&quot;/.exec(command)?.[1];
      expect(path, route.operation).toMatch(/^\/[^{}…]*$/);
      const takesUser = doc.headers?.shape[USER_HEADER] !== undefined;
      expect(command.includes('-H &quot;X-Headwater-User: $USER_ID&quot;'), route.operation).toBe(takesUser);
      if (route.path.startsWith('/v1/sync/')) expect(takesUser, route.operation).toBe(true);
    }
  });

  test('rows that are never changed are not said to have concurrent writes', () => {
    const partOf = (type: string) => page.split(`id="entity-${type}"`)[1]?.split('<h4')[0] ?? '';
    for (const { type, policy } of describeEntities())
      expect(partOf(type).includes('last write wins'), type).toBe(policy !== 'append_only');
  });

  test('it shows every entity type with each of its fields and what becomes of concurrent writes', () => {
    const shown = describeEntities();
    expect(shown.map(({ type }) => type)).toContain('journal_entries');
    for (const { type, fields, references } of shown) {
      const part = page.split(`id="entity-${type}"`)[1]?.split('<h4')[0] ?? '';
      for (const name of [...fields.map((field) => field.name), ...references.map(({ field }) => field)])
        expect(part, type).toContain(`<code>${name}</code>`);
    }
  });

  test('texts cannot become markup', () => {
    expect(html`<p>${'<b>"&\''}</p>`.markup).toBe('<p>&lt;b&gt;&quot;&amp;&#39;</p>');
    expect(prose('a `<i>` b').markup).toBe('a <code>&lt;i&gt;</code> b');
  });
});
