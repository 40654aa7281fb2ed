// People of centers whose keypoints the network has chosen: mmpose_ae/decoding/center_decoding.py.

/**
 * Rank centers that have their keypoints and scores.
 *
 * @param {Record<string, {data: ArrayLike<number>, dims: number[]}>} outputs Of one image: `cells`
 *   (1, C, K, 2), `keypoint_scores` (1, C, K), `instance_scores` and `center_mask` (1, C).
 * @param {object} options A CenterDecoding, as mmpose_ae writes it.
 * @returns {Array<{score: number, keypoints: object[]}>} Best first; positions in heatmap cells.
 */
export function decodeCenters(outputs, options) {
  const { cells, keypoint_scores: scores, instance_scores: ranks, center_mask: mask } = outputs;
  const numTypes = cells.dims[2];
  const people = [...ranks.data.keys()]
    .filter((n) => mask.data[n])
    .map((n) => ({
      score: ranks.data[n],
      keypoints: Array.from({ length: numTypes }, (_, k) => {
        const place = n * numTypes + k;
        const [x, y] = cells.data.subarray(2 * place);
        return { x, y, score: scores.data[place], filled: false };
      }),
    }));
  people.sort((a, b) => b.score - a.score);
  return people.slice(0, options.max_instances ?? undefined);
}
