import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** One resource as its template declares it: properties still hold their intrinsic functions. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface StackTemplate {
  readonly name: string;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Outputs by the name under which other stacks import them, unresolved names left out. */
  readonly exports: ReadonlyMap<string, unknown>;
}

/** What `node infra/app.ts` wrote: the same files that the CDK would deploy. */
export interface Assembly {
  readonly stacks: ReadonlyMap<string, StackTemplate>;
  /** Object key of a code asset -> its directory on this machine. */
  readonly assets: ReadonlyMap<string, string>;
}

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});
const Template = z.object({
  Resources: z
    .record(
      z.string(),
      z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
    )
    .default({}),
  Outputs: z
    .record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() }))
    .default({}),
});
const AssetFile = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

/** Reads the manifest, every template and every asset file, nested assemblies included. */
export async function readAssembly(directory: string): Promise<Assembly> {
  const stacks = new Map<string, StackTemplate>();
  const assets = new Map<string, string>();
  const manifest = Manifest.parse(await readJson(join(directory, 'manifest.json')));
  for (const [id, { type, properties = {} }] of Object.entries(manifest.artifacts)) {
    if (type === 'aws:cloudformation:stack') {
      const name = String(properties['stackName'] ?? id);
      const file = join(directory, String(properties['templateFile']));
      stacks.set(name, parseTemplate(name, await readJson(file)));
    } else if (type === 'cdk:asset-manifest') {
      await readAssets(directory, String(properties['file']), assets);
    } else if (type === 'cdk:cloud-assembly') {
      const nested = await readAssembly(join(directory, String(properties['directoryName'])));
      for (const entry of nested.stacks) stacks.set(...entry);
      for (const entry of nested.assets) assets.set(...entry);
    }
  }
  return { stacks, assets };
}

/** The template of one stack from its JSON; throws where it is not one. */
export function parseTemplate(name: string, json: unknown): StackTemplate {
  const { Resources, Outputs } = Template.parse(json);
  const resources = Object.entries(Resources).map(
    ([logicalId, { Type, Properties = {} }]): [string, Resource] => [
      logicalId,
      { stack: name, logicalId, type: Type, properties: Properties },
    ],
  );
  const exported = Object.values(Outputs).flatMap(({ Value, Export }): [string, unknown][] =>
    typeof Export?.Name === 'string' ? [[Export.Name, Value]] : [],
  );
  return {
    name,
    resources: new Map(resources),
    outputs: Object.fromEntries(Object.entries(Outputs).map(([key, { Value }]) => [key, Value])),
    exports: new Map(exported),
  };
}

async function readAssets(directory: string, file: string, assets: Map<string, string>): Promise<void> {
  const { files } = AssetFile.parse(await readJson(join(directory, file)));
  for (const { source, destinations } of Object.values(files)) {
    const path = source.path;
    if (path === undefined) continue;
    for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(directory, path));
  }
}
