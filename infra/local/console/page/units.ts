const FRIENDLY: ReadonlyMap<string, string> = new Map([
  ['1', ''],
  ['/min', 'per minute'],
  ['Cel', '°C'],
  ['a', 'years'],
  ['kg/m2', 'kg/m²'],
  ['mm[Hg]', 'mmHg'],
]);

/** A UCUM code as a person writes it: `{steps}` is steps, `/min` per minute. */
export const friendlyUnit = (code: string): string => FRIENDLY.get(code) ?? code.replace(/^\{(.+)\}$/, '$1');
