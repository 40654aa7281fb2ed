// Grouping of candidates at the densest places of tag space: density.py, tag_peaks.py and
// joining.py of mmpose_ae/grouping, which say why. The steps, their limits and who wins a tie are the
// same.

import { assign } from './assignment.js';
import { ANYWHERE, makePlacing } from './places.js';

const SEED_TYPES = 16;
const SEED_SPACING = 0.1;
const MOST_ROUNDS = 128;
const MOST_GROUPS = 1024;
const DENSITY_PAIRS = 2 ** 23;
const FEW_GROUPS = 256;

/**
 * A peak of a heatmap.
 * @typedef {{type: number, score: number, x: number, y: number, tags: number[]}} Candidate
 *
 * An instance: its candidate of each keypoint type, null where there is none.
 * @typedef {Array<Candidate | null>} Group
 */

/**
 * Group the candidates of one image into instances.
 *
 * @param {Candidate[]} pool Ordered by type; tags in units of the tag threshold.
 * @param {number} numTypes Number of keypoint types, K.
 * @param {{reach: number, spread: number | null, join_below: number, pose?: number[][] | null}}
 *   options Of DensityGrouping.
 * @returns {Group[]} Each candidate is in one group.
 */
export function groupByDensity(pool, numTypes, options) {
  const { reach, join_below: joinBelow } = options;
  const placeOf = makePlacing(options);
  const found = findGroups(pool, numTypes, reach, placeOf);
  return reassign(pool, join(found, joinBelow), numTypes, reach, placeOf);
}

/** Groups that have no candidate in common; some candidates may be in none. */
function findGroups(pool, numTypes, reach, placeOf) {
  const groups = [];
  let free = pool;
  for (let round = 1; round <= MOST_ROUNDS && groups.length < MOST_GROUPS; round += 1) {
    if (!free.length) break;
    const mostSeeds = Math.floor(DENSITY_PAIRS / round ** 1.5 / free.length) || 1;
    const peaks = findPeaks(free, mostSeeds, reach);
    const first = pick(free, peaks, peaks.map(() => ANYWHERE), numTypes, reach);
    const places = first.map(placeOf);
    const second = pick(free, first.map(meanTags), places, numTypes, reach);
    if (!second.length) break;
    groups.push(...second);
    const taken = new Set(second.flat());
    free = free.filter((candidate) => !taken.has(candidate));
  }
  return groups;
}

/** A candidate's weight in a group: its score where tags and places agree; -1 beyond the reach. */
function weigh(candidate, tags, place, reach) {
  const squared = squaredDistance(candidate.tags, tags);
  if (squared >= square(reach)) return -1;
  return candidate.score * square(1 - squared / square(reach)) * place.closeness(candidate);
}

/** Candidates at which the density is looked at, the strongest of those with like tags. */
function findSeeds(pool, most, reach) {
  const counts = [];
  for (const { type } of pool) counts[type] = (counts[type] ?? 0) + 1;
  const types = Object.keys(counts).sort((a, b) => counts[b] - counts[a]);
  const used = new Set(types.slice(0, SEED_TYPES).map(Number));
  const lowest = pool[0].tags.map((_, l) => Math.min(...pool.map(({ tags }) => tags[l])));
  const side = reach * SEED_SPACING;
  const blocks = new Map();
  for (const seed of byScore(pool.filter(({ type }) => used.has(type)))) {
    const block = seed.tags.map((tag, l) => floorDivide(tag - lowest[l], side));
    if (!blocks.has(block.join())) blocks.set(block.join(), { block, seed });
  }
  const strongest = [...blocks.values()].slice(0, most);
  return strongest.sort((a, b) => compare(a.block, b.block)).map(({ seed }) => seed);
}

/** Tags of the candidates where the density peaks. */
function findPeaks(pool, mostSeeds, reach) {
  const seeds = findSeeds(pool, mostSeeds, reach);
  const density = seeds.map(({ tags }) => {
    const best = [];
    for (const candidate of pool) {
      const weight = weigh(candidate, tags, ANYWHERE, reach);
      best[candidate.type] = Math.max(best[candidate.type] ?? 0, weight);
    }
    return sum(best);
  });
  const near = square(reach / 2);
  const beaten = (seed, n) =>
    seeds.some(
      (other, m) =>
        (density[m] > density[n] || (density[m] === density[n] && m < n)) &&
        squaredDistance(seed.tags, other.tags) < near,
    );
  return seeds.filter((seed, n) => !beaten(seed, n)).map(({ tags }) => tags);
}

/**
 * Groups around tags: each candidate is offered where it weighs most, and the best of each type is
 * taken. Of equal weights the last one counts. Groups without any candidate are left out.
 */
function pick(pool, centers, places, numTypes, reach) {
  const groups = centers.map(() => new Array(numTypes).fill(null));
  const weights = centers.map(() => new Array(numTypes).fill(0));
  for (const candidate of pool) {
    let best = -1;
    let most = 0;
    centers.forEach((tags, n) => {
      const weight = weigh(candidate, tags, places[n], reach);
      if (weight >= most) [best, most] = [n, weight];
    });
    if (best >= 0 && most >= weights[best][candidate.type]) {
      groups[best][candidate.type] = candidate;
      weights[best][candidate.type] = most;
    }
  }
  return groups.filter((group) => group.some(Boolean));
}

/** Join the closest groups that have no common keypoint type, until none are close. */
function join(groups, joinBelow) {
  const deviation = joinBelow * tagSpread(groups);
  const joined = groups.map((group) => [...group]);
  const distance = groups.map(() => new Array(groups.length).fill(Infinity));
  const means = [];
  const apart = (n, m) => {
    if (joined[n].some((candidate, k) => candidate && joined[m][k])) return Infinity;
    const deviations = Math.sqrt(1 / sizeOf(joined[n]) + 1 / sizeOf(joined[m]));
    const limit = Math.max(deviation * deviations, 1);
    return Math.sqrt(squaredDistance(means[n], means[m])) / limit;
  };
  let present = [...groups.keys()];
  let changed = present;
  while (changed.length) {
    for (const n of changed) means[n] = meanTags(joined[n]);
    for (const n of changed) {
      for (const m of present) distance[n][m] = distance[m][n] = apart(n, m);
    }
    const nearest = distance.map((row) => row.indexOf(Math.min(...row)));
    const mutual = (n) => n < nearest[n] && nearest[nearest[n]] === n && distance[n][nearest[n]] < 1;
    changed = present.filter(mutual);
    const gone = new Set(changed.map((n) => nearest[n]));
    for (const n of changed) joined[n] = joined[n].map((own, k) => own ?? joined[nearest[n]][k]);
    present = present.filter((n) => !gone.has(n));
    for (const m of gone) {
      distance[m].fill(Infinity);
      for (const row of distance) row[m] = Infinity;
    }
  }
  return present.map((n) => joined[n]);
}

/** Assign the candidates of each type once more; those that are left over are alone. */
function reassign(pool, groups, numTypes, reach, placeOf) {
  const mass = groups.map((group) => sum(group.map((candidate) => candidate?.score ?? 0)));
  const means = groups.map(meanTags);
  const places = groups.map(placeOf);
  const assigned = groups.map(() => new Array(numTypes).fill(null));
  for (let type = 0; type < numTypes; type += 1) {
    const candidates = pool.filter((candidate) => candidate.type === type);
    const worth = groups.map((_, n) =>
      candidates.map((each) => Math.max(weigh(each, means[n], places[n], reach), 0) * mass[n]),
    );
    for (const [n, m] of match(worth)) if (worth[n][m] > 0) assigned[n][type] = candidates[m];
  }
  const taken = new Set(assigned.flat());
  const alone = pool.filter((candidate) => !taken.has(candidate));
  const singles = alone.map((candidate) =>
    Array.from({ length: numTypes }, (_, type) => (type === candidate.type ? candidate : null)),
  );
  return [...assigned.filter((group) => group.some(Boolean)), ...singles];
}

/** Pairs of groups and candidates of the most total worth (N, M), those of worth 0 included. */
function match(worth) {
  if (worth.length <= FEW_GROUPS) return assign(worth.map((row) => row.map((value) => -value)));
  const able = [...worth.keys()].filter((n) => worth[n].some((value) => value > 0));
  if (!able.length) return [];
  const cost = worth[0].map((_, m) => able.map((n) => -worth[n][m]));
  return assign(cost).map(([m, index]) => [able[index], m]);
}

/** Standard deviation of the tags within groups; 0 if each has one candidate only. */
function tagSpread(groups) {
  let squares = 0;
  let freedom = -groups.length;
  for (const group of groups) {
    const mean = meanTags(group);
    for (const candidate of group.filter(Boolean)) {
      squares += squaredDistance(candidate.tags, mean);
      freedom += 1;
    }
  }
  return freedom ? Math.sqrt(squares / freedom) : 0;
}

/** Mean tags of a group, weighted by the scores. */
function meanTags(group) {
  const found = group.filter(Boolean);
  const total = sum(found.map(({ score }) => score));
  return found[0].tags.map((_, l) => sum(found.map(({ score, tags }) => score * tags[l])) / total);
}

function sizeOf(group) {
  return group.filter(Boolean).length;
}

function squaredDistance(a, b) {
  let squared = 0;
  for (let l = 0; l < a.length; l += 1) squared += square(a[l] - b[l]);
  return squared;
}

function square(value) {
  return value * value;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** Best first; equal ones keep their order. */
function byScore(candidates) {
  return [...candidates].sort((a, b) => b.score - a.score);
}

/** Floor of a / b for a >= 0, exact where the quotient would be rounded up to the next integer. */
function floorDivide(a, b) {
  return Math.round((a - (a % b)) / b);
}

/** Order of two blocks: by the first number in which they differ. */
function compare(a, b) {
  const l = a.findIndex((value, index) => value !== b[index]);
  return l < 0 ? 0 : a[l] - b[l];
}
