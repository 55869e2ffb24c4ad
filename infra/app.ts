import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { FEATURE_FLAGS } from './feature-flags.ts';
import { addHeadwater } from './headwater-app.ts';
import { parseStageName } from './naming.ts';
import { STAGES } from './stages.ts';

const app = new App({ context: FEATURE_FLAGS });
const stage = parseStageName(app.node.tryGetContext('stage') ?? 'dev');
addHeadwater(app, {
  stage,
  settings: STAGES[stage],
  bundleDirectory: join(import.meta.dirname, '..', 'dist'),
});
app.synth();
