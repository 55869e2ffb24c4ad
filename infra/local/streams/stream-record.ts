import * as z from 'zod';

/** Only that it is an object: most records are filtered out, and each of their attributes looked at is time lost. */
const Attributes = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null,
);

/** A record as the engine sends it: attribute values stay in the wire's form, which is also Lambda's. */
export const StreamRecord = z.looseObject({
  eventID: z.string(),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.looseObject({
    Keys: Attributes,
    NewImage: Attributes.optional(),
    OldImage: Attributes.optional(),
    SequenceNumber: z.string(),
    ApproximateCreationDateTime: z.number().default(0),
  }),
  userIdentity: z.unknown().optional(),
});
export type StreamRecord = z.infer<typeof StreamRecord>;

/** Records of one partition key keep their order (DynamoDB Streams); those of two keys have none. */
export const partitionOf = (record: StreamRecord): string =>
  JSON.stringify(record.dynamodb.Keys['pk'] ?? record.dynamodb.Keys);

/** DynamoDB writes no record for a put that changes nothing; the engine does. */
export const changesNothing = ({ eventName, dynamodb }: StreamRecord): boolean =>
  eventName === 'MODIFY' && JSON.stringify(dynamodb.NewImage) === JSON.stringify(dynamodb.OldImage);
