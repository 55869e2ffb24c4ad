import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { STAGE_NAMES } from '../../infra/naming.ts';
import { synthesise } from './synthesise.ts';

const PACKS = [AwsSolutionsChecks, HIPAASecurityChecks, ServerlessChecks];

const MIN_REASON_LENGTH = 25;

describe.each(STAGE_NAMES)('stage %s', (stage) => {
  const { app } = synthesise(stage);
  const findings = () =>
    PACKS.flatMap((Pack) => new Pack(app).validateScope(app).violations).flatMap((violation) =>
      violation.violatingResources.map(({ constructPath }) => `${violation.ruleName} ${constructPath}`),
    );

  test('AwsSolutions, HIPAA and Serverless find nothing that is not explained', () => {
    expect(findings()).toEqual([]);
  });

  test('every accepted finding has a reason, and is really found: none outlives its cause', () => {
    const accepted = new Set<string>();
    for (const node of app.node.findAll()) {
      const own = node.node.metadata.filter(
        ({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY,
      );
      for (const { data } of own) {
        for (const [id, reason] of Object.entries(data as Record<string, string>)) {
          expect(reason.length, id).toBeGreaterThan(MIN_REASON_LENGTH);
          accepted.add(id.replace(/^Annotation::/, ''));
        }
      }
    }
    expect(accepted.size).toBeGreaterThan(10);
    // The same tree with nothing accepted: the constructs keep what they accepted as metadata.
    for (const node of app.node.findAll()) {
      const metadata = node.node.metadata;
      Object.defineProperty(node.node, 'metadata', {
        value: metadata.filter(({ type }) => type !== Validations.ACKNOWLEDGED_RULES_METADATA_KEY),
      });
    }
    const found = new Set(findings().map((finding) => finding.split(' ')[0]));
    expect([...accepted].filter((id) => !found.has(id))).toEqual([]);
  });
});
