export interface RootManifest {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Names of the entry files, and of what an app imports: `@headwater/client`, `@headwater/client/health`. */
export const ENTRIES = ['index', 'storage', 'node-sqlite', 'health', 'api'] as const;
/** All that the bundles leave outside; the bundle test sees to it that there is nothing else. */
const PACKAGES = ['@noble/hashes', 'zod'] as const;

/** package.json of @headwater/client: version and dependencies as those of the repository. */
export function manifestOf(root: RootManifest) {
  const exports = ENTRIES.map((entry) => [
    entry === 'index' ? '.' : `./${entry}`,
    { types: `./${entry}.d.ts`, default: `./${entry}.js` },
  ]);
  return {
    name: '@headwater/client',
    version: root.version,
    description: 'Local-first sync, health upload and typed API of Headwater, for phones, browsers and Node.',
    license: root.license,
    type: 'module',
    sideEffects: false,
    exports: { ...Object.fromEntries(exports), './package.json': './package.json' },
    types: './index.d.ts',
    files: ['*.js', '*.d.ts', 'chunks', 'types', 'README.md', 'LICENSE'],
    engines: { node: '>=22.13' },
    dependencies: Object.fromEntries(PACKAGES.map((name) => [name, `^${root.dependencies[name]}`])),
  };
}
