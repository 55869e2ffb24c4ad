import {
  type CancellationReason,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  IdempotentParameterMismatchException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attribute-values.ts';

/** The SDK's own classes, so that `instanceof`, `name` and fields are what the adapters meet on AWS. */
const of = (status: number, message: string) => ({
  message,
  $metadata: { httpStatusCode: status, requestId: 'simulated' },
});

export const conditionalCheckFailed = (item: Item | undefined) =>
  new ConditionalCheckFailedException({
    ...of(400, 'The conditional request failed'),
    ...(item === undefined ? {} : { Item: item }),
  });

export const transactionCanceled = (reasons: readonly CancellationReason[]) =>
  new TransactionCanceledException({
    ...of(
      400,
      'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
        `[${reasons.map(({ Code }) => Code).join(', ')}]`,
    ),
    CancellationReasons: [...reasons],
  });

export const validationFailed = (message: string) =>
  new DynamoDBServiceException({ ...of(400, message), name: 'ValidationException', $fault: 'client' });

export const tableNotFound = (tableName: string) =>
  new ResourceNotFoundException(of(400, `Requested resource not found: Table: ${tableName} not found`));

export const tokenMismatch = () =>
  new IdempotentParameterMismatchException({
    ...of(400, 'The request uses the same client token as a previous, but non-identical request'),
  });
