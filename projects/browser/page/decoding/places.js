// Where groups are on the image, and how much less a candidate weighs that is far from there:
// places.py of mmpose_ae/grouping, which says why.

const LEAST_PLACED = 3;
const MOST_ASKED = 17;

/** A place of which nothing is known: all candidates are equally close. */
export const ANYWHERE = { closeness: () => 1 };

/**
 * Choose how groups are placed.
 *
 * @param {{spread: number | null, pose?: number[][] | null}} options Of DensityGrouping.
 * @returns {(group: Array<object | null>) => {closeness: (candidate: object) => number}} From a
 *   group to its place, which gives the factor of a candidate's weight.
 */
export function makePlacing({ spread, pose }) {
  if (spread === null) return () => ANYWHERE;
  if (!pose) return (group) => placeByCenter(group, spread);
  const typical = pose.map((point) => pose.map((other) => distance(toPoint(point), toPoint(other))));
  const asked = farApart(typical);
  return (group) => placeByPose(group, spread, typical, asked);
}

/** By the middle of a group; at the distance `falloff` weights have fallen to half. */
function placeByCenter(group, spread) {
  const found = group.filter(Boolean);
  if (found.length < LEAST_PLACED) return ANYWHERE;
  const center = { x: median(found.map(({ x }) => x)), y: median(found.map(({ y }) => y)) };
  const extent = median(found.map((each) => distance(each, center)));
  if (!(extent > 0)) return ANYWHERE;
  const falloff = spread * extent;
  const closeness = ({ x, y }) => {
    const apart = square(x - center.x) + square(y - center.y);
    return 1 / (1 + apart / square(falloff));
  };
  return { closeness };
}

/** By the keypoints of a group, and how far apart they typically are. */
function placeByPose(group, spread, typical, asked) {
  const found = asked.filter((type) => group[type]).map((type) => ({ ...group[type], type }));
  if (found.length < LEAST_PLACED) return ANYWHERE;
  const stretch = (a, b) => distance(a, b) / typical[a.type][b.type];
  const pairs = found.flatMap((a, n) => found.slice(n + 1).map((b) => stretch(a, b)));
  const size = median(pairs);
  if (!size) return ANYWHERE;
  const closeness = (candidate) => {
    const others = found.filter(({ type }) => type !== candidate.type);
    const ratio = median(others.map((each) => stretch(candidate, each))) / size / spread;
    return 1 / (1 + square(ratio));
  };
  return { closeness };
}

/** Keypoint types that are asked, ascending: each next one is the farthest from those before. */
function farApart(typical) {
  const types = [...typical.keys()];
  if (types.length <= MOST_ASKED) return types;
  const asked = [0];
  const nearest = (type) => Math.min(...asked.map((other) => typical[other][type]));
  while (asked.length < MOST_ASKED) {
    const distances = types.map((type) => (asked.includes(type) ? 0 : nearest(type)));
    asked.push(distances.indexOf(Math.max(...distances)));
  }
  return asked.sort((a, b) => a - b);
}

function toPoint([x, y]) {
  return { x, y };
}

function distance(a, b) {
  return Math.sqrt(square(a.x - b.x) + square(a.y - b.y));
}

function square(value) {
  return value * value;
}

function median(values) {
  const sorted = values.sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
