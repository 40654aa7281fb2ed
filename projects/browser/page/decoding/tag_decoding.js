// People of candidates and their tags: mmpose_ae/decoding/tag_decoding.py.

import { RULES, complete } from './completion.js';
import { groupByDensity } from './density.js';
import { REFINEMENTS } from './maps.js';
import { meanOf } from './sums.js';

const { fround } = Math;

/**
 * Refuse options that this file does not know.
 *
 * @param {object} options A TagDecoding, as mmpose_ae writes it.
 * @throws {Error} It names the option and what is known.
 */
export function checkTagDecoding({ grouping, completion, refinement }) {
  if (grouping.type !== 'DensityGrouping') {
    throw new Error(
      `it groups by ${grouping.type}, and this page by DensityGrouping alone; ` +
        'export it with --cfg-options model.head.decoder.grouping.type=DensityGrouping',
    );
  }
  const choices = { 'rule of completion': [completion?.rule ?? null, [null, ...RULES]] };
  choices.refinement = [refinement, [null, ...REFINEMENTS]];
  for (const [name, [value, known]] of Object.entries(choices)) {
    if (!known.includes(value)) throw new Error(`${name} is ${value}, known are ${known}`);
  }
}

/**
 * Group candidates by their tags, look for the keypoints that are missing then, and rank.
 *
 * @param {Record<string, {data: Float32Array, dims: number[]}>} outputs Of one image: `candidates`
 *   (1, K, M, 3 + L): score, 0 where there is none, position in heatmap cells, and tags; to look
 *   for missing keypoints also `heatmaps` and `tags`.
 * @param {object} options A TagDecoding, as mmpose_ae writes it.
 * @returns {Array<{score: number, keypoints: object[]}>} Best first; positions in cells.
 */
export function decodeTags(outputs, options) {
  const { tag_threshold: unit, grouping, completion, scoring, refinement } = options;
  const numTypes = outputs.candidates.dims[1];
  const groups = groupByDensity(readCandidates(outputs.candidates, unit), numTypes, grouping);
  const people = groups.map((group) => toPerson(group));
  people.sort((a, b) => b.score - a.score);
  const kept = people.slice(0, scoring.max_instances ?? undefined);
  if (completion) {
    complete(kept, outputs.heatmaps, outputs.tags, completion, unit, refinement);
  }
  return kept;
}

/** The candidates that there are, ordered by type, with tags in thresholds and as they were. */
function readCandidates({ data, dims }, unit) {
  const [, numTypes, count, length] = dims;
  const pool = [];
  for (let row = 0; row < numTypes * count; row += 1) {
    if (data[row * length] > 0) {
      const [score, x, y, ...rawTags] = data.subarray(row * length, (row + 1) * length);
      const tags = rawTags.map((tag) => tag / unit);
      checkFinite({ scores: [score], cells: [x, y], tags });
      pool.push({ type: Math.floor(row / count), score, x, y, tags, rawTags });
    }
  }
  return pool;
}

/** Refuse a candidate that cannot be compared: grouping would not end. */
function checkFinite(values) {
  for (const [name, own] of Object.entries(values)) {
    const bad = own.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new Error(`${name} of candidates must be finite, got ${bad}`);
  }
}

/** An instance; keypoints that it lacks lie at the mean of the others, with score 0. */
function toPerson(group) {
  const found = group.filter(Boolean);
  const mean = (read) => found.reduce((sum, each) => fround(sum + read(each)), 0) / found.length;
  const center = { x: mean(({ x }) => x), y: mean(({ y }) => y), score: 0, filled: false };
  return {
    score: meanOf(group.map((each) => each?.score ?? 0)),
    tags: found[0].rawTags.map((_, l) => fround(mean(({ rawTags }) => rawTags[l]))),
    keypoints: group.map((each) =>
      each ? { x: each.x, y: each.y, score: each.score, filled: false } : { ...center },
    ),
  };
}
