// From what a network of mmpose_ae gives to people in pixels of its input.

import { decodeCenters } from './center_decoding.js';
import { decodeOffsets } from './offset_decoding.js';
import { checkTagDecoding, decodeTags } from './tag_decoding.js';

const inCells = (decode) => (outputs, options, toPixels) =>
  decode(outputs, options).map((person) => ({
    ...person,
    keypoints: person.keypoints.map((keypoint) => ({ ...keypoint, ...toPixels(keypoint) })),
  }));

const DECODINGS = {
  TagDecoding: { decode: inCells(decodeTags), check: checkTagDecoding },
  OffsetDecoding: { decode: decodeOffsets, check: () => {} },
  CenterDecoding: { decode: inCells(decodeCenters), check: () => {} },
};

/**
 * Make a decoder of what a model says of itself.
 *
 * @param {object | null} options The decoding, as mmpose_ae writes it; null of a model that gives
 *   poses itself.
 * @param {{stride: [number, number], center_shift: number | null}} grid Cells of the heatmaps.
 * @returns {(outputs: object) => Array<{score: number, keypoints: object[]}>} Outputs of one image
 *   to people, best first; a keypoint is {x, y, score, filled}.
 * @throws {Error} If the page does not know that decoding.
 */
export function makeDecoder(options, grid) {
  if (options === null) return readPoses;
  const known = DECODINGS[options.type];
  if (!known) {
    throw new Error(`its decoding is ${options.type}, known are ${Object.keys(DECODINGS)}`);
  }
  known.check(options);
  const [shiftX, shiftY] = grid.stride.map((step) => grid.center_shift ?? 0.5 - 0.5 / step);
  const toPixels = ({ x, y }) => ({
    x: (x + shiftX) * grid.stride[0],
    y: (y + shiftY) * grid.stride[1],
  });
  return (outputs) => known.decode(outputs, options, toPixels);
}

/** People of a model that gives poses itself: those with a score. */
function readPoses({ poses, instance_scores: scores, filled }) {
  const numTypes = poses.dims[2];
  return [...scores.data.keys()]
    .filter((n) => scores.data[n] > 0)
    .map((n) => ({
      score: scores.data[n],
      keypoints: Array.from({ length: numTypes }, (_, k) => {
        const place = n * numTypes + k;
        const [x, y, score] = poses.data.subarray(3 * place);
        return { x, y, score, filled: Boolean(filled.data[place]) };
      }),
    }))
    .sort((a, b) => b.score - a.score);
}
