// Reading dense maps as mmpose_ae/decoding does, in float32: what is equal there is equal here.

const { fround } = Math;
const TINY = 2 ** -126; // the least normal float32

/**
 * The map of one channel.
 *
 * @param {{data: Float32Array, dims: number[]}} maps Of one image, (1, C, H, W).
 * @param {number} channel Its index.
 * @returns {{values: Float32Array, width: number, height: number}} Values in reading order.
 */
export function channelOf({ data, dims }, channel) {
  const [height, width] = dims.slice(-2);
  const size = height * width;
  return { values: data.subarray(channel * size, (channel + 1) * size), width, height };
}

/**
 * The values of a map under cells of another one that may be finer, as if this one was upsampled
 * bilinearly without aligned corners.
 *
 * @param {{values: Float32Array, width: number, height: number}} map As large, or coarser.
 * @param {Uint32Array} places Cells, indices in reading order.
 * @param {{width: number, height: number}} size Of the finer map.
 * @returns {Float32Array} Infinity where it is not a number: far from everything.
 */
export function readUnder(map, places, size) {
  const equal = map.width === size.width && map.height === size.height;
  const read = new Float32Array(places.length);
  for (let n = 0; n < places.length; n += 1) {
    const value = equal ? map.values[places[n]] : readBetween(map, places[n], size);
    read[n] = Number.isNaN(value) ? Infinity : value;
  }
  return read;
}

function readBetween(map, index, size) {
  const column = bracket(index % size.width, size.width, map.width);
  const row = bracket(Math.floor(index / size.width), size.height, map.height);
  const along = (y) => {
    const start = y * map.width;
    return mix(map.values[start + column.low], map.values[start + column.high], column.part);
  };
  return mix(along(row.low), along(row.high), row.part);
}

/** Between which cells of a coarser axis one of a finer axis lies. */
function bracket(cell, size, coarse) {
  const position = Math.max((cell + 0.5) * (coarse / size) - 0.5, 0);
  const low = Math.floor(position);
  return { low, high: Math.min(low + 1, coarse - 1), part: fround(position - low) };
}

function mix(before, after, part) {
  return fround(before + fround(part * fround(after - before)));
}

const OFFSETS = {
  quarter: (before, _, after) => 0.25 * Math.sign(after - before),
  released: (before, _, after) => (after > before ? 0.25 : -0.25),
  gaussian: (...values) => {
    const [before, center, after] = values.map((each) => fround(Math.log(Math.max(each, TINY))));
    const bend = fround(fround(2 * center - before) - after);
    if (!(bend > 0)) return 0;
    return Math.min(Math.max(fround(after - before) / (2 * bend), -0.5), 0.5);
  },
};

/** Names of the rules of `refine`. */
export const REFINEMENTS = Object.keys(OFFSETS);

/**
 * Add its sub-cell part to a cell.
 *
 * @param {{values: Float32Array, width: number, height: number}} map A heatmap.
 * @param {number} index Of the cell, in reading order.
 * @param {string | null} rule See mmpose_ae.decoding.refine_cells; null keeps the cell.
 * @returns {[number, number]} Position (x, y) in cells.
 */
export function refine({ values, width, height }, index, rule) {
  const x = index % width;
  const y = Math.floor(index / width);
  const along = (cell, count, step) => {
    const [first, last] = [cell === 0, cell === count - 1];
    if (rule === null || (rule === 'gaussian' && (first || last))) return cell;
    const before = values[first ? index : index - step];
    const after = values[last ? index : index + step];
    return cell + OFFSETS[rule](before, values[index], after);
  };
  return [along(x, width, 1), along(y, height, width)];
}
