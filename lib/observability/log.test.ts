import { describe, expect, test } from 'vitest';
import { describeFault, LOG_CATALOG, redact } from './log.ts';

describe('P5 the redactor', () => {
  test('P5 keeps what the catalogue lists and drops everything else', () => {
    const fields = {
      requestId: 'r',
      status: 200,
      authorization: 'Bearer hw_live_x',
      body: { heartRate: 61 },
      correlationId: { nested: 'object' },
    };
    expect(redact('HTTP_REQUEST_COMPLETED', fields)).toEqual({ requestId: 'r', status: 200 });
  });

  test('P5 cuts long texts', () => {
    expect(String(redact('HEALTH_PART_UNAVAILABLE', { part: 'x'.repeat(9_999) })['part'])).toHaveLength(
      1_000,
    );
  });

  test('P5 no line may carry a body, a token, a value or an e-mail', () => {
    const fields = Object.values(LOG_CATALOG).flatMap((entry): readonly string[] => entry.fields);
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((name) => /body|token|secret|value|email|message$|path|query/i.test(name))).toEqual(
      [],
    );
  });
});

test('P5 a fault is described by names, codes and places, never by its message', () => {
  const cause = new RangeError('61 beats');
  const fault = Object.assign(new TypeError('weight 80 kg\n    of ada@example.com', { cause }), {
    code: 'E_X',
  });
  const described = describeFault(fault);
  expect(described).toMatchObject({ errorName: 'TypeError', errorCode: 'E_X', errorCauses: 'RangeError' });
  expect(described.errorFrames).toContain('log.test.ts');
  expect(JSON.stringify(described)).not.toMatch(/80 kg|61 beats|ada@/);
  expect(describeFault('text')).toMatchObject({ errorName: 'string', errorFrames: undefined });
});
