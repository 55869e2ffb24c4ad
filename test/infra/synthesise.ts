import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FEATURE_FLAGS } from '../../infra/feature-flags.ts';
import { addHeadwater } from '../../infra/headwater-app.ts';
import { FUNCTION_KINDS, type StageName } from '../../infra/naming.ts';
import { STAGES, type StageSettings } from '../../infra/stages.ts';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation properties have no one type
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

export interface Synthesised {
  readonly app: App;
  readonly stacks: readonly Stack[];
  readonly templates: ReadonlyMap<string, Record<string, unknown>>;
  /** Of all stacks, by `<stack>/<logical id>`. */
  readonly resources: ReadonlyMap<string, Resource>;
  ofType(type: string): readonly (readonly [string, Resource])[];
}

/** Bundles that are one line each: these tests are about the template and not about what it deploys. */
function stubBundles(): string {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bundles-'));
  for (const [name, kind] of Object.entries(FUNCTION_KINDS)) {
    const folder = join(directory, 'functions', kind, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.mjs'), `export const handler = async () => '${name}';\n`);
  }
  return directory;
}

/** A stage with its own settings, or with others to try. */
export function synthesise(
  stage: StageName,
  settings: StageSettings = STAGES[stage],
  isValidated = false,
): Synthesised {
  const outdir = mkdtempSync(join(tmpdir(), 'headwater-cdk-out-'));
  // The CDK's own validation loads every resource schema for seconds: validation.test.ts has it once.
  const app = new App({
    context: FEATURE_FLAGS,
    outdir,
    stackTraces: false,
    treeMetadata: false,
    builtinCloudFormationValidation: isValidated,
  });
  addHeadwater(app, { stage, settings, bundleDirectory: stubBundles() });
  const stacks = app.node.children.filter((child): child is Stack => child instanceof Stack);
  const templates = new Map(stacks.map((stack) => [stack.stackName, Template.fromStack(stack).toJSON()]));
  const resources = new Map<string, Resource>();
  for (const [stackName, template] of templates) {
    for (const [id, resource] of Object.entries(template['Resources'] as Record<string, Resource>)) {
      resources.set(`${stackName}/${id}`, resource);
    }
  }
  const ofType = (type: string) => [...resources].filter(([, resource]) => resource.Type === type);
  return { app, stacks, templates, resources, ofType };
}
