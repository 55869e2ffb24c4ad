/**
 * Shapes of the server's answers, said as zod says them, in a thirtieth of its weight: an answer is either of the
 * protocol or it is not, and nobody reads where. What a shape does not name passes unseen.
 */
export interface Shape<Value> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: Value } | { readonly success: false; readonly data?: never };
  readonly is: (value: unknown) => value is Value;
}

type Infer<Of> = Of extends Shape<infer Value> ? Value : never;

export type { Infer as infer };

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type OptionalName<Fields extends Shapes> = {
  [Name in keyof Fields]: undefined extends Infer<Fields[Name]> ? Name : never;
}[keyof Fields];
type ObjectOf<Fields extends Shapes> = {
  [Name in Exclude<keyof Fields, OptionalName<Fields>>]: Infer<Fields[Name]>;
} & { [Name in OptionalName<Fields>]?: Infer<Fields[Name]> };

const shape = <Value>(accepts: (value: unknown) => boolean): Shape<Value> => {
  const is = (value: unknown): value is Value => accepts(value);
  return {
    is,
    safeParse: (value) => (is(value) ? { success: true, data: value } : { success: false }),
  };
};

type AnyObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is AnyObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const string = () => shape<string>((value) => typeof value === 'string');
export const boolean = () => shape<boolean>((value) => typeof value === 'boolean');
export const int = () => shape<number>(Number.isSafeInteger);
export const unknown = () => shape<unknown>(() => true);
export const nullable = <Value>(of: Shape<Value>) =>
  shape<Value | null>((value) => value === null || of.is(value));
export const optional = <Value>(of: Shape<Value>) =>
  shape<Value | undefined>((value) => value === undefined || of.is(value));
export const nullish = <Value>(of: Shape<Value>) => optional(nullable(of));
export const array = <Value>(of: Shape<Value>) =>
  shape<Value[]>((value) => Array.isArray(value) && value.every(of.is));
export const record = <Value>(_names: Shape<string>, of: Shape<Value>) =>
  shape<Record<string, Value>>((value) => isObject(value) && Object.values(value).every(of.is));
export const object = <const Fields extends Shapes>(fields: Fields) =>
  shape<ObjectOf<Fields>>(
    (value) => isObject(value) && Object.entries(fields).every(([name, of]) => of.is(value[name])),
  );
