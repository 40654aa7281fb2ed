// People of centers and their offsets: mmpose_ae/decoding/offset_decoding.py.

/**
 * Give centers the detected keypoints that are closest to where their offsets point.
 *
 * @param {Record<string, {data: ArrayLike<number>, dims: number[]}>} outputs Of one image:
 *   `candidates` (1, K, M, 3): score, 0 where there is none, and position in heatmap cells;
 *   `regressed` (1, N, K, 2), in pixels of the input; `center_scores` and `center_mask` (1, N).
 * @param {object} options An OffsetDecoding, as mmpose_ae writes it.
 * @param {(point: {x: number, y: number}) => {x: number, y: number}} toPixels From cells.
 * @returns {Array<{score: number, keypoints: object[]}>} Best first; positions in pixels.
 */
export function decodeOffsets(outputs, options, toPixels) {
  const { candidates, regressed, center_scores: scores, center_mask: mask } = outputs;
  const [, numTypes, count] = candidates.dims;
  const detected = Array.from({ length: numTypes }, (_, type) =>
    Array.from({ length: count }, (__, m) => {
      const [score, x, y] = candidates.data.subarray(3 * (type * count + m));
      return { score, ...toPixels({ x, y }) };
    }).filter(({ score }) => score > 0),
  );
  const people = [...scores.data.keys()]
    .filter((n) => mask.data[n])
    .map((n) => {
      const targets = Array.from({ length: numTypes }, (_, type) => {
        const [x, y] = regressed.data.subarray(2 * (n * numTypes + type));
        return { x, y };
      });
      const limit = options.match_distance * longerSide(targets);
      const keypoints = targets.map((target, type) => match(target, detected[type], limit));
      const shown = keypoints.reduce((sum, { score }) => sum + score, 0) / numTypes;
      const score = scores.data[n] * (options.scoring.by === 'heatmap' ? shown : 1);
      return { score, keypoints };
    });
  people.sort((a, b) => b.score - a.score);
  return people.slice(0, options.scoring.max_instances ?? undefined);
}

/** The closest detected keypoint, or the target itself with score 0. */
function match(target, detected, limit) {
  let best = { ...target, score: 0 };
  let least = Infinity;
  for (const each of detected) {
    const distance = Math.hypot(each.x - target.x, each.y - target.y);
    if (distance < least && distance <= limit) [best, least] = [each, distance];
  }
  return { x: best.x, y: best.y, score: best.score, filled: false };
}

/** Longer side of the box around points. */
function longerSide(points) {
  const extent = (values) => Math.max(...values) - Math.min(...values);
  return Math.max(extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y)));
}
