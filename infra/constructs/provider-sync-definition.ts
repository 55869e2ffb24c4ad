export interface ProviderSyncFunctions {
  readonly prepareArn: string;
  readonly fetchArn: string;
  readonly finishArn: string;
}

/** The times that the functions may take; a task gets a little more, so that the function's own end is told. */
export const STEP_TIMEOUT_SEC = { prepare: 30, fetch: 300, finish: 60 } as const;
const TASK_MARGIN_SEC = 10;

/** What Lambda says when it and not the function failed; six tries are what AWS recommends for it. */
const LAMBDA_RETRY = {
  ErrorEquals: [
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'States.Timeout',
    'Sandbox.Timedout',
    'Runtime.ExitError',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
} as const;

/** connections.md 3: three attempts from 5 s, factor 2, jitter. */
const PROVIDER_RETRY = {
  ErrorEquals: ['ProviderUnavailable'],
  IntervalSeconds: 5,
  MaxAttempts: 3,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
} as const;

/** What starts an execution; each step gets it again. Nothing secret. */
const INPUT = {
  'workspaceId.$': '$.workspaceId',
  'userId.$': '$.userId',
  'connectionId.$': '$.connectionId',
  'syncId.$': '$.syncId',
  'correlationId.$': '$.correlationId',
} as const;

const CAUGHT = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Fail' }] as const;

/**
 * One sync of one connection, in the Amazon States Language: transitions are bounded by time slices and
 * waits, not by pages or types. A failed sync ends as a succeeded execution whose last step wrote the failure
 * down: only what could not be written down fails the execution.
 */
export function providerSyncDefinition({ prepareArn, fetchArn, finishArn }: ProviderSyncFunctions): object {
  const task = (arn: string, timeoutSec: number) => ({
    Type: 'Task',
    Resource: arn,
    TimeoutSeconds: timeoutSec + TASK_MARGIN_SEC,
  });
  const finish = (parameters: object) => ({
    ...task(finishArn, STEP_TIMEOUT_SEC.finish),
    Parameters: { ...INPUT, ...parameters },
    ResultPath: '$.finished',
    Retry: [LAMBDA_RETRY, { ...LAMBDA_RETRY, ErrorEquals: ['States.ALL'] }],
    Next: 'Ended',
  });
  return {
    Comment: 'A sync of one connection with its provider',
    StartAt: 'Prepare',
    States: {
      Prepare: {
        ...task(prepareArn, STEP_TIMEOUT_SEC.prepare),
        Parameters: INPUT,
        ResultPath: '$.prepared',
        Retry: [LAMBDA_RETRY, PROVIDER_RETRY],
        Catch: CAUGHT,
        Next: 'IsWanted',
      },
      IsWanted: {
        Type: 'Choice',
        Choices: [{ Variable: '$.prepared.outcome', StringEquals: 'run', Next: 'FetchPages' }],
        Default: 'Ended',
      },
      FetchPages: {
        ...task(fetchArn, STEP_TIMEOUT_SEC.fetch),
        Parameters: INPUT,
        ResultPath: '$.slice',
        Retry: [PROVIDER_RETRY, LAMBDA_RETRY],
        Catch: CAUGHT,
        Next: 'WhatNext',
      },
      WhatNext: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.slice.outcome', StringEquals: 'more', Next: 'FetchPages' },
          { Variable: '$.slice.outcome', StringEquals: 'wait', Next: 'Wait' },
        ],
        Default: 'Finish',
      },
      Wait: { Type: 'Wait', SecondsPath: '$.slice.waitSec', Next: 'FetchPages' },
      Finish: { ...finish({ outcome: 'done' }), Catch: CAUGHT },
      Fail: finish({ outcome: 'failed', 'error.$': '$.error.Error' }),
      Ended: { Type: 'Succeed' },
    },
  };
}
