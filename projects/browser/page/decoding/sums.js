// Means as numpy has them in float32, in its order of sums: what is equal there is equal here.

const { fround } = Math;
const LANES = 8;
const LONGEST = 128; // longer ones are summed in halves

/**
 * Mean of float32 values.
 *
 * @param {number[]} values One or more.
 * @returns {number} As np.mean along the last axis of a contiguous array gives it.
 */
export function meanOf(values) {
  return fround(sumOf(values) / values.length);
}

function sumOf(values) {
  const { length } = values;
  if (length > LONGEST) {
    const half = Math.floor(length / 2 / LANES) * LANES;
    return fround(sumOf(values.slice(0, half)) + sumOf(values.slice(half)));
  }
  const whole = length - (length % LANES);
  let sums = values.slice(0, Math.min(whole, LANES));
  for (let n = LANES; n < whole; n += 1) sums[n % LANES] = fround(sums[n % LANES] + values[n]);
  while (sums.length > 1) {
    const pairs = sums;
    sums = Array.from({ length: pairs.length / 2 }, (_, n) => fround(pairs[2 * n] + pairs[2 * n + 1]));
  }
  return values.slice(whole).reduce((sum, value) => fround(sum + value), sums[0] ?? 0);
}
