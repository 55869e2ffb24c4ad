import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** The engine takes any signature, but wants to see one. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local';

/**
 * One call of DynamoDB's or its streams' wire protocol. The poller reads records in the form in which Lambda
 * gets them, which is the wire's own: the SDK would decode every image and the poller encode it again.
 * Throws with the service's error type.
 */
export function callDynamo(endpoint: string, target: string, input: object): Promise<unknown> {
  const body = JSON.stringify(input);
  return new Promise((resolve, reject) => {
    const sent = request(
      endpoint,
      {
        method: 'POST',
        agent,
        timeout: 20_000,
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'content-length': Buffer.byteLength(body),
          'x-amz-target': target,
          'x-amz-date': '20260101T000000Z',
          authorization: AUTHORIZATION,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${target}: ${response.statusCode} ${text.slice(0, 500)}`));
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`${target}: no answer`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
