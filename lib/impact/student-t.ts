/** Halvings of the bracket of a quantile: below the last bit of a double. */
const HALVING_COUNT = 80;
/** Beyond any two-sided quantile at 95 %: with one degree of freedom it is 12.706. */
const UPPER_BOUND = 13;
const CONFIDENCE = 0.95;

/**
 * The number that a Student t variable of `degrees` of freedom stays below, in size, with a chance of 95 %: the
 * quantile at 0.975. By halving on the exact distribution function for whole degrees of freedom (Abramowitz and
 * Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4). Throws for less than 1 degree: there is none.
 */
export function studentT95(degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1) throw new Error('t needs a degree of freedom');
  let low = 0;
  let high = UPPER_BOUND;
  for (let step = 0; step < HALVING_COUNT; step += 1) {
    const middle = (low + high) / 2;
    if (chanceWithin(middle, degrees) < CONFIDENCE) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A(t|n): the chance that |T| is below `t`. */
function chanceWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const square = Math.cos(angle) ** 2;
  const isOdd = degrees % 2 === 1;
  // Odd: cos + 2/3 cos^3 + 2*4/(3*5) cos^5 + ...; even: 1 + 1/2 cos^2 + 1*3/(2*4) cos^4 + ...
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let factor = isOdd ? 3 : 2; factor <= degrees - 2; factor += 2) {
    term *= (square * (factor - 1)) / factor;
    sum += term;
  }
  const tail = Math.sin(angle) * sum;
  return isOdd ? (2 / Math.PI) * (angle + tail) : tail;
}
