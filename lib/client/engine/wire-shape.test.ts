import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as zod from 'zod/mini';
import * as own from './wire-shape.ts';

/** The same shape in both, from one description. */
type Plan =
  | { readonly kind: 'string' | 'boolean' | 'int' | 'unknown' }
  | { readonly kind: 'nullable' | 'optional' | 'nullish' | 'array' | 'record'; readonly of: Plan }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Plan>> };

const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constantFrom('string', 'boolean', 'int', 'unknown') }),
    fc.record({
      kind: fc.constantFrom('nullable', 'optional', 'nullish', 'array', 'record'),
      of: tie('plan'),
    }),
    fc.record({
      kind: fc.constant('object'),
      fields: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('plan')),
    }),
  ) as fc.Arbitrary<Plan>,
}));

const ZOD_LEAVES = { string: zod.string, boolean: zod.boolean, int: zod.int, unknown: zod.unknown };
const OWN_LEAVES = { string: own.string, boolean: own.boolean, int: own.int, unknown: own.unknown };
const ZOD_AROUND = { nullable: zod.nullable, optional: zod.optional, nullish: zod.nullish, array: zod.array };
const OWN_AROUND = { nullable: own.nullable, optional: own.optional, nullish: own.nullish, array: own.array };

function zodOf(of: Plan): zod.ZodMiniType {
  if (of.kind === 'object') {
    return zod.looseObject(
      Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [name, zodOf(field)])),
    );
  }
  if (of.kind === 'record') return zod.record(zod.string(), zodOf(of.of));
  return 'of' in of ? ZOD_AROUND[of.kind](zodOf(of.of)) : ZOD_LEAVES[of.kind]();
}
function ownOf(of: Plan): own.Shape<unknown> {
  if (of.kind === 'object') {
    return own.object(
      Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [name, ownOf(field)])),
    );
  }
  if (of.kind === 'record') return own.record(own.string(), ownOf(of.of));
  return 'of' in of ? OWN_AROUND[of.kind](ownOf(of.of)) : OWN_LEAVES[of.kind]();
}

/** A value that fits, often: built along the plan, with a stray now and then. */
function valueFor(of: Plan): fc.Arbitrary<unknown> {
  const stray = fc.constantFrom<unknown>(null, 0, 1.5, '', 'x', true, [], {}, [null], { a: 1 });
  const fitting = (): fc.Arbitrary<unknown> => {
    switch (of.kind) {
      case 'string':
        return fc.string();
      case 'boolean':
        return fc.boolean();
      case 'int':
        return fc.integer();
      case 'unknown':
        return fc.jsonValue();
      case 'array':
        return fc.array(valueFor(of.of), { maxLength: 3 });
      case 'record':
        return fc.dictionary(fc.constantFrom('k', 'l'), valueFor(of.of));
      case 'object':
        return fc.record(
          Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [name, valueFor(field)])),
        );
      default:
        return fc.oneof(fc.constant(null), valueFor(of.of));
    }
  };
  return fc.oneof({ weight: 9, arbitrary: fitting() }, { weight: 1, arbitrary: stray });
}

test('CLI56 an answer is of the protocol or not, as zod would say, for any shape and any JSON', () => {
  const cases = plan.chain((of) => fc.tuple(fc.constant(of), valueFor(of)));
  let accepted = 0;
  fc.assert(
    fc.property(cases, ([of, made]) => {
      const value: unknown = JSON.parse(JSON.stringify(made ?? null));
      const said = ownOf(of).safeParse(value);
      expect(said.success).toBe(zodOf(of).safeParse(value).success);
      if (!said.success) return;
      accepted += 1;
      expect(said.data).toBe(value);
    }),
    { seed: 3, numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(100);
  expect(accepted).toBeLessThan(390);
});
