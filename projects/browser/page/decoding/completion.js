// The search for keypoints that grouping did not find: mmpose_ae/decoding/missing.py.

import { channelOf, readUnder, refine } from './maps.js';

const { fround } = Math;
const LARGEST = 1e18;

// What a cell is worth by its heatmap value and how far its tag is, both in the unit of tags.
const WORTHS = {
  nearest: (value, distance, unit) => {
    const steps = fround(distance * fround(-1 / unit));
    return steps > -2 ? fround(value + steps) : -Infinity;
  },
  within: (value, distance, unit) => (distance < fround(unit) ? value : -Infinity),
  released: (value, distance) => fround(value - roundHalfEven(distance)),
};
const SCORE_FACTORS = { nearest: 0.1, within: 1, released: 1 };

/** Names of the rules. */
export const RULES = Object.keys(WORTHS);

/**
 * Look for the missing keypoints of the people of one image; those that are found are put in.
 *
 * @param {Array<{tags: number[], keypoints: object[]}>} people Positions in cells of the heatmaps.
 * @param {{data: Float32Array, dims: number[]}} heatmaps (1, K, H, W).
 * @param {{data: Float32Array, dims: number[]}} tags (1, L * K, h, w), channel l * K + k.
 * @param {{rule: string, threshold: number | null, score: number | null}} options Of Completion.
 * @param {number} tagThreshold Unit of the tag distances.
 * @param {string | null} refinement See `refine`.
 */
export function complete(people, heatmaps, tags, options, tagThreshold, refinement) {
  const numTypes = heatmaps.dims[1];
  for (let type = 0; type < numTypes; type += 1) {
    const missing = people.filter(({ keypoints }) => keypoints[type].score === 0);
    if (missing.length) {
      const heatmap = channelOf(heatmaps, type);
      const places = highPlaces(heatmap.values, options.threshold);
      const channels = people[0].tags.map((_, l) => channelOf(tags, l * numTypes + type));
      const read = channels.map((map) => readUnder(map, places, heatmap));
      const worth = WORTHS[options.rule];
      for (const person of missing) {
        const distances = distancesTo(person.tags, read);
        const index = findPlace(heatmap, places, distances, worth, tagThreshold);
        const score = index < 0 ? 0 : scoreOf(heatmap.values[index], options);
        if (score > 0) {
          const [x, y] = refine(heatmap, index, refinement);
          person.keypoints[type] = { x, y, score, filled: true };
        }
      }
    }
  }
}

/** Indices of the cells above a value, all if it is null. */
function highPlaces(values, threshold) {
  const least = threshold === null ? -Infinity : fround(threshold);
  const places = [];
  for (let index = 0; index < values.length; index += 1) {
    if (values[index] > least) places.push(index);
  }
  return Uint32Array.from(places);
}

/** Distances of tags (L) to those of cells (L, C). */
function distancesTo(tags, read) {
  const squared = new Float32Array(read[0].length);
  tags.forEach((tag, l) => {
    for (let n = 0; n < squared.length; n += 1) {
      const apart = fround(read[l][n] - tag);
      squared[n] += fround(apart * apart);
    }
  });
  return squared.map(Math.sqrt);
}

/** The cell that is worth most, the first of equal ones; -1 if none is worth anything. */
function findPlace(heatmap, places, distances, worth, unit) {
  let best = -1;
  let most = -Infinity;
  for (let n = 0; n < places.length; n += 1) {
    const value = worth(heatmap.values[places[n]], distances[n], unit);
    if (value > most) [best, most] = [places[n], value];
  }
  return best;
}

function scoreOf(value, { rule, score }) {
  if (!(value > 0)) return 0;
  return fround(score ?? fround(Math.min(value, LARGEST)) * fround(SCORE_FACTORS[rule]));
}

function roundHalfEven(value) {
  const low = Math.floor(value);
  const part = value - low;
  return part > 0.5 || (part === 0.5 && low % 2 === 1) ? low + 1 : low;
}
