// People who were found twice: mmpose_ae/decoding/suppression.py.

/**
 * Leave out poses most of whose keypoints lie close to those of one with higher heatmaps.
 *
 * @param {Array<{keypoints: Array<{x: number, y: number, score: number}>}>} people Of one image, in
 *   pixels of the input.
 * @param {{distance: number, share: number}} options A PoseSuppression, as mmpose_ae writes it.
 * @returns {Array<object>} Those who are left, in their order.
 */
export function suppress(people, options) {
  const values = people.map(({ keypoints }) => mean(keypoints.map(({ score }) => score)));
  const leftOut = new Set();
  for (const n of [...people.keys()].sort((a, b) => values[b] - values[a])) {
    if (leftOut.has(n)) continue;
    for (const m of people.keys()) {
      if (m !== n && isAlike(people[n].keypoints, people[m].keypoints, options)) leftOut.add(m);
    }
  }
  return people.filter((_, n) => !leftOut.has(n));
}

/** Whether the second pose is of the same person as the first, which is kept. */
function isAlike(kept, other, { distance, share }) {
  const [width, height] = ['x', 'y'].map((axis) => {
    const values = kept.map((keypoint) => keypoint[axis]);
    return Math.max(...values) - Math.min(...values);
  });
  const limit = distance * Math.max(1, Math.hypot(width, height)); // also of a single keypoint
  const close = kept.map(({ x, y }, k) => Math.hypot(other[k].x - x, other[k].y - y) < limit);
  return mean(close.map(Number)) > share;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
