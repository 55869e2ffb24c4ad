import { expect, test } from 'vitest';
import { synthesise } from './synthesise.ts';

/** After the facts: whatever else changes in what is deployed shows here, and is looked at before it is kept. */
test('the templates of prod are the ones that were looked at', () => {
  const templates = Object.fromEntries(synthesise('prod').templates);
  const text = JSON.stringify(templates, null, 1)
    // Names of assets are hashes of bundles, which say nothing about the template.
    .replaceAll(/\b[0-9a-f]{64}\.zip\b/g, 'bundle.zip')
    .replaceAll(/CurrentVersion[0-9a-f]{32,}/g, 'CurrentVersion');
  expect(text).toMatchSnapshot();
});
