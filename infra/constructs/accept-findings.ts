import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** cdk-nag rule (with the finding in brackets where it has several) to the reason that it is accepted here. */
export type AcceptedFindings = Readonly<Record<string, string>>;

/** Holds for the construct and all below it, and nowhere else. */
export function acceptFindings(construct: IConstruct, findings: AcceptedFindings): void {
  Validations.of(construct).acknowledge(...Object.entries(findings).map(([id, reason]) => ({ id, reason })));
}
