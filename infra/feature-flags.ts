import RECOMMENDED from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };

/**
 * Given to the app in code and not in cdk.json, so that the template is the same with and without the
 * CDK's CLI. References between stacks stay exports and imports: CloudFormation then refuses to delete a
 * stack that another stands on.
 */
export const FEATURE_FLAGS = {
  ...RECOMMENDED,
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
};
