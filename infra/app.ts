import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import FEATURE_FLAGS from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { addHeadwater } from './headwater-app.ts';
import { parseStageName, STAGES } from './stages.ts';

// Here and not in cdk.json, so that the template is the same with and without the CDK's CLI.
const app = new App({ context: FEATURE_FLAGS });
const stage = parseStageName(app.node.tryGetContext('stage') ?? 'dev');
addHeadwater(app, {
  stage,
  settings: STAGES[stage],
  bundleDirectory: join(import.meta.dirname, '..', 'dist'),
});
app.synth();
