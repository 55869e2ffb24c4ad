import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STAGES } from '../../infra/stages.ts';
import { synthesise } from './synthesise.ts';

test('the CDK’s own validation against the schemas of CloudFormation finds nothing', () => {
  const { app } = synthesise('prod', STAGES.prod, true);
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  expect(report.pluginReports).toEqual([]);
  // It loads the schema of every resource type of CloudFormation.
}, 90_000);
