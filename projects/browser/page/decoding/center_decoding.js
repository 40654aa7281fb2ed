// People of centers whose keypoints the network has chosen: mmpose_ae/decoding/center_decoding.py.

import { suppress } from './suppression.js';

/**
 * Rank centers that have their keypoints and scores, but for those that were found twice.
 *
 * @param {Record<string, {data: ArrayLike<number>, dims: number[]}>} outputs Of one image: `cells`
 *   (1, C, K, 2), `keypoint_scores` (1, C, K), `instance_scores` and `center_mask` (1, C).
 * @param {object} options A CenterDecoding, as mmpose_ae writes it.
 * @param {Function} toPixels From cells of the heatmaps to pixels of the input.
 * @returns {Array<{score: number, keypoints: object[]}>} Best first.
 */
export function decodeCenters(outputs, options, toPixels) {
  const { cells, keypoint_scores: scores, instance_scores: ranks, center_mask: mask } = outputs;
  const numTypes = cells.dims[2];
  const found = [...ranks.data.keys()]
    .filter((n) => mask.data[n])
    .map((n) => ({
      score: ranks.data[n],
      keypoints: Array.from({ length: numTypes }, (_, k) => {
        const place = n * numTypes + k;
        const [x, y] = cells.data.subarray(2 * place);
        return { ...toPixels({ x, y }), score: scores.data[place], filled: false };
      }),
    }));
  const people = options.suppression ? suppress(found, options.suppression) : found;
  people.sort((a, b) => b.score - a.score);
  return people.slice(0, options.max_instances ?? undefined);
}
